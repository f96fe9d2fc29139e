import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Interpretation } from '../../../../src/providers/provider.js';
import { formatReference } from '../../../../src/providers/reference.js';
import { eventually } from '../../../support/eventually.js';
import { incoming, openInboundRig, type InboundRig } from '../../../support/inbound-rig.js';
import { atSecond, saying } from '../../../support/saying.js';

type Watermark = Extract<Interpretation, { kind: 'watermark' }>;

let rig: InboundRig;
beforeEach(async () => {
  rig = await openInboundRig({ adapters: saying });
  await rig.interpret();
  await rig.project();
});
afterEach(() => rig.close());

const taken = async (webhook: unknown) => expect((await rig.post(webhook)).status).toBe(200);

/** Up to a message, or to a second of the story. */
const upTo = (status: Watermark['status'], place: string | number, address = '+15550100000') => ({
  ...{ kind: 'watermark', address, status },
  upTo: typeof place === 'string' ? { providerMessageId: place } : { time: atSecond(place) },
});

/** Calls of the contact's conversation, that began one second after the other. */
async function threeCalls(): Promise<void> {
  await taken(incoming('in-1', 'Hello'));
  await eventually(() => expect(rig.events('message.received')).toHaveLength(1));
  for (const second of [1, 2, 3]) {
    const { messageId } = await rig.dispatch({ state: 'settled', offset: second, calledAt: atSecond(second) });
    await rig.recordProviderId(messageId, `out-${second}`);
  }
  for (const table of ['dispatches', 'provider_messages'])
    await rig.direct.query(`update work.${table} set conversation_id = (select conversation_id from work.addresses)`);
}

const told = (type: 'message.delivered' | 'message.read') =>
  [...new Set(rig.events(type).map(({ data }) => data.providerMessageId))].sort();

it('is a receipt for each message that it covers, once, and for none after it', async () => {
  await threeCalls();
  await taken({ says: [upTo('delivered', 'out-2')] });
  await taken({ says: [upTo('delivered', 2)] });
  await taken({ says: [upTo('read', 'out-1')] });
  await eventually(() => expect(told('message.read')).toEqual(['out-1']));
  expect(told('message.delivered')).toEqual(['out-1', 'out-2']);
  expect(new Set(rig.events('message.delivered').map(({ id }) => id)).size).toBe(2);
});

it('covers what was written elsewhere, and says of no message what its status says already', async () => {
  await threeCalls();
  await taken({
    says: [
      {
        ...{ kind: 'echoed', providerMessageId: 'phone-1', address: '+15550100000', occurredAt: new Date() },
        content: { kind: 'text', text: 'By hand', actions: [], attachments: [] },
      },
    ],
  });
  const status = async () =>
    (await rig.direct.query(`select status from read.messages where direction = 'OUTGOING'`)).rows;
  await eventually(async () => expect(await status()).toEqual([{ status: 'SENT' }]));
  await taken({ says: [upTo('read', 'phone-1')] });
  await eventually(async () => expect(await status()).toEqual([{ status: 'READ' }]));
  expect(told('message.read')).toEqual(['out-1', 'out-2', 'out-3', 'phone-1']);
  await taken({ says: [upTo('delivered', 'phone-1'), upTo('read', 'phone-1')] });
  await taken(incoming('in-2', 'Bye'));
  await eventually(() => expect(rig.events('message.received')).toHaveLength(2));
  expect(told('message.delivered')).not.toContain('phone-1');
  expect(rig.events('message.read').filter(({ data }) => data.providerMessageId === 'phone-1')).toHaveLength(1);
});

it('covers a message whose id a receipt of the same batch is the first to tell', async () => {
  await taken(incoming('in-1', 'Hello'));
  await eventually(() => expect(rig.events('message.received')).toHaveLength(1));
  const { messageId } = await rig.dispatch({ state: 'unknown', offset: 1, calledAt: atSecond(1) });
  await rig.direct.query('update work.dispatches set conversation_id = (select conversation_id from work.addresses)');
  const reference = formatReference({ messageId, attempt: 1, part: 0 });
  const receipt = {
    kind: 'receipt',
    providerMessageId: 'out-1',
    reference,
    status: 'delivered',
    occurredAt: atSecond(2),
  };
  await taken({ says: [receipt, upTo('read', 3)] });
  await eventually(() => expect(told('message.delivered')).toEqual(['out-1']));
  await taken(incoming('in-2', 'Bye'));
  await eventually(() => expect(rig.events('message.received')).toHaveLength(2));
  expect(told('message.read')).toEqual(['out-1']);
});

it('of somebody we never wrote to says nothing, and opens nothing', async () => {
  await taken({ says: [upTo('read', 'out-1', '+15550100077')] });
  await taken(incoming('in-1', 'Hello'));
  await eventually(() => expect(rig.events('message.received')).toHaveLength(1));
  expect(rig.events('conversation.opened')).toHaveLength(1);
  expect([...rig.events('message.read'), ...rig.events('receipt.orphaned')]).toEqual([]);
});
