import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Interpretation } from '../../../../src/providers/provider.js';
import { readModelDigests } from '../../../support/digests.js';
import { eventually } from '../../../support/eventually.js';
import { incoming, openInboundRig, receipt, type InboundRig } from '../../../support/inbound-rig.js';
import { atSecond, deaf, saying } from '../../../support/saying.js';

const echoed = (providerMessageId: string, text: string, more: object = {}): Interpretation => ({
  ...{ kind: 'echoed', providerMessageId, address: '+15550100000', occurredAt: atSecond(1) },
  content: { kind: 'text', text, actions: [], attachments: [] },
  ...more,
});

let rig: InboundRig;
const open = async (adapters = saying) => {
  rig = await openInboundRig({ adapters });
  await rig.interpret();
  await rig.project();
};
beforeEach(() => open());
afterEach(() => rig.close());

const taken = async (webhook: unknown) => expect((await rig.post(webhook)).status).toBe(200);
const messages = async () =>
  (
    await rig.direct.query<{ text: string; direction: string; author: string; status: string }>(
      `select content->>'text' as text, direction, author, status from read.messages order by added_offset`,
    )
  ).rows;

it('of what was written at the phone is an outgoing message that answers the contact and takes receipts', async () => {
  await taken(incoming('in-1', 'Hello'));
  await taken({ says: [echoed('phone-1', 'Hi \0 there', { replyToProviderMessageId: 'in-1' })] });
  await taken({ says: [echoed('phone-1', 'Hi \0 there', { replyToProviderMessageId: 'in-1' })] });
  await taken(receipt('phone-1', 'delivered'));
  await eventually(async () =>
    expect(await messages()).toEqual([
      { text: 'Hello', direction: 'INCOMING', author: 'CONTACT', status: 'RECEIVED' },
      { text: 'Hi \ufffd there', direction: 'OUTGOING', author: 'AGENT', status: 'DELIVERED' },
    ]),
  );
  const [received] = rig.events('message.received');
  expect(rig.events('message.echoed')[0]).toMatchObject({
    ...{ conversationId: received?.conversationId, contactId: received?.contactId },
    data: { providerMessageId: 'phone-1', replyToMessageId: received?.messageId },
  });
  expect(rig.events('message.sent')).toEqual([]);
  const waiting = await rig.direct.query('select waiting_since, incoming_count from read.conversations');
  expect(waiting.rows).toEqual([{ waiting_since: null, incoming_count: 1 }]);
  const served = await readModelDigests(rig.databaseUrl);
  await rig.refold();
  await eventually(async () => expect(await readModelDigests(rig.databaseUrl)).toEqual(served));
});

it('of a message of ours says that it was sent, and settles its call', async () => {
  const { messageId, reference } = await rig.dispatch();
  await taken({ says: [echoed('out-1', 'ours', { reference })] });
  await eventually(() => expect(rig.events('message.sent')).toMatchObject([{ messageId }]));
  expect(await rig.dispatchState(messageId)).toBe('settled');
  expect(rig.events('message.echoed')).toEqual([]);
});

it('waits for the id of a call that is under way', async () => {
  const { messageId } = await rig.dispatch();
  await taken({ says: [echoed('out-1', 'ours \0')] });
  await eventually(async () => expect(await rig.parkedCount()).toBe(1));
  await rig.recordProviderId(messageId, 'out-1');
  await eventually(() => expect(rig.events('message.sent')).toMatchObject([{ messageId }]));
  await eventually(async () => expect(await rig.parkedCount()).toBe(0));
  expect(rig.events('message.echoed')).toEqual([]);
});

it('waits for a minute, no longer; beside a receipt that waits for the same', async () => {
  await rig.dispatch();
  await taken({ says: [echoed('phone-1', 'by hand')] });
  await taken(receipt('phone-1', 'sent'));
  await eventually(async () => expect(await rig.parkedCount()).toBe(2));
  rig.advance(61_000);
  await eventually(async () => expect(await rig.parkedCount()).toBe(0));
  await eventually(() => expect(rig.events('message.sent')).toHaveLength(1));
  await eventually(() => expect(rig.events('message.echoed')).toHaveLength(1));
  expect(rig.events('message.echoed')).toMatchObject([{ data: { content: { message: { text: 'by hand' } } } }]);
  expect(rig.events('message.sent')).toMatchObject([{ messageId: rig.events('message.echoed')[0]?.messageId }]);
  expect(rig.events('receipt.orphaned')).toEqual([]);
});

it('that an earlier version did not understand is taken in by reinterpretation, once, and answers nobody', async () => {
  await rig.close();
  await open(deaf);
  await taken({ says: [echoed('phone-1', 'by hand')] });
  await eventually(() => expect(rig.events('webhook.uninterpreted')).toHaveLength(1));
  rig.advance(61_000);
  await rig.reinterpret({}, saying);
  await rig.reinterpret({}, saying);
  expect(rig.events('message.echoed')).toMatchObject([{ reinterpreted: true }]);
});
