import type { OutgoingRecord } from '../../src/events/log/event-log.js';
import type { ParleyEvent } from '../../src/events/catalog.js';
import type * as ids from '../../src/events/kernel/ids.js';
import { toRecord } from '../product.js';

/** Enough conversations for every partition to have its share of each batch. */
const CONVERSATIONS = 4_096;

/** Delivery receipts, the commonest event: 698 B of value, 313 B of headers, one conversation each. */
export function makeRecords(): readonly OutgoingRecord[] {
  return Array.from({ length: CONVERSATIONS }, (_, number) => toRecord(receipt(number), 'f'.repeat(16)));
}

function receipt(number: number): ParleyEvent {
  const suffix = number.toString(32).padStart(26, '0');
  const at = '2026-06-01T12:00:00.000Z';
  return {
    id: `evt_${suffix}` as ids.EventId,
    type: 'message.delivered',
    version: 1,
    workspaceId: `ws_${suffix}` as ids.WorkspaceId,
    channelId: `chan_${suffix}` as ids.ChannelId,
    conversationId: `conv_${suffix}` as ids.ConversationId,
    contactId: `cont_${suffix}` as ids.ContactId,
    messageId: `msg_${suffix}` as ids.MessageId,
    occurredAt: at,
    recordedAt: at,
    causationId: `raw_${suffix}`,
    data: { attempt: 1, part: 0, providerMessageId: `provider-${suffix}` },
  };
}

/** The next one at each call, around and around. */
export function inTurn<Item>(items: readonly Item[]): () => Item {
  let next = 0;
  return () => {
    const item = items[next];
    if (item === undefined) throw new RangeError('There are no items.');
    next = (next + 1) % items.length;
    return item;
  };
}
