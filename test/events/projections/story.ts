import type { ParleyEvent } from '../../../src/events/catalog.js';
import { acceptedData, event, receivedData } from '../../support/events.js';

const place = { attempt: 1, part: 0 };
const call = { ...place, call: 1 };

/** Thread and message `n`: opened, created, sent and read. Event ids start at `n * 100`. */
export const story = (n: number): ParleyEvent[] => {
  const of = { message: n, thread: n };
  const id = n * 100;
  const address = `+1555010${String(n).padStart(4, '0')}`;
  const received = receivedData(`in-${n}`);
  return [
    event({ type: 'conversation.opened', n: id, ...of, data: { content: { address } } }),
    event({ type: 'contact.created', n: id + 1, ...of, data: { content: { address } } }),
    event({ type: 'message.accepted', n: id + 2, ...of, data: acceptedData() }),
    event({ type: 'message.dispatched', n: id + 3, ...of, data: call }),
    event({ type: 'message.submitted', n: id + 4, ...of, data: { ...call, providerMessageIds: [`p-${n}`] } }),
    event({ type: 'message.sent', n: id + 5, ...of, data: { ...place, providerMessageId: `p-${n}` } }),
    event({ type: 'message.delivered', n: id + 6, ...of, data: place }),
    event({ type: 'message.read', n: id + 7, ...of, data: place }),
    event({
      ...{ type: 'message.received', n: id + 8, message: 1_000_000 + n, thread: n },
      data: { ...received, content: { ...received.content, address } },
    }),
  ];
};
