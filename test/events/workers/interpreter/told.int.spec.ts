import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Interpretation } from '../../../../src/providers/provider.js';
import { readModelDigests } from '../../../support/digests.js';
import { conversationId } from '../../../support/events.js';
import { eventually } from '../../../support/eventually.js';
import { incoming, openInboundRig, type InboundRig } from '../../../support/inbound-rig.js';
import { atSecond, deaf, saying } from '../../../support/saying.js';

const FROM = '+15550100000';

const reacted = (providerMessageId: string, emoji: string | null, second: number): Interpretation => ({
  ...{ kind: 'reacted', providerMessageId, address: FROM, emoji, occasion: String(second) },
  occurredAt: atSecond(second),
});

let rig: InboundRig;
afterEach(() => rig.close());

const taken = async (webhook: unknown) => expect((await rig.post(webhook)).status).toBe(200);

async function reactions(): Promise<readonly unknown[]> {
  const found = await rig.direct.query<{ reactions: readonly { emoji: string | null; author: string }[] }>(
    'select reactions from read.messages where direction is not null',
  );
  return found.rows.flatMap((row) => row.reactions).map(({ emoji, author }) => ({ emoji, author }));
}

describe('a reaction of the contact', () => {
  beforeEach(async () => {
    rig = await openInboundRig({ adapters: saying });
    await rig.interpret();
    await rig.project();
  });

  it('stands on the message that he wrote, the latest alone, whatever comes first and how often', async () => {
    await taken({ says: [reacted('in-1', '😀', 5)] });
    await taken(incoming('in-1', 'Hello'));
    await taken({ says: [reacted('in-1', '👍', 3), reacted('in-1', '😀', 5)] });
    await eventually(async () => expect(await reactions()).toEqual([{ emoji: '😀', author: 'CONTACT' }]));
    await taken({ says: [reacted('in-1', null, 9)] });
    await eventually(async () => expect(await reactions()).toEqual([{ emoji: null, author: 'CONTACT' }]));
    const [message] = rig.events('message.received');
    for (const event of rig.events('message.reacted'))
      expect(event).toMatchObject({ messageId: message?.messageId, conversationId: message?.conversationId });
    expect(new Set(rig.events('message.reacted').map(({ id }) => id)).size).toBe(3);
    expect(rig.events('conversation.opened')).toHaveLength(1);
    const served = await readModelDigests(rig.databaseUrl);
    await rig.refold();
    await eventually(async () => expect(await readModelDigests(rig.databaseUrl)).toEqual(served));
  });

  it('on a message of ours stands under its key, and opens no thread', async () => {
    const { messageId } = await rig.dispatch({ state: 'settled' });
    await rig.recordProviderId(messageId, 'out-1');
    await taken({ says: [reacted('out-1', '👍', 1)] });
    await eventually(() => expect(rig.events('message.reacted')).toHaveLength(1));
    expect(rig.events('message.reacted')[0]).toMatchObject({ messageId, conversationId: conversationId() });
    expect(rig.events('conversation.opened')).toEqual([]);
  });

  it('counts for the service window, and calls nobody', async () => {
    await taken({ says: [reacted('in-1', '😀', 5)] });
    await eventually(async () => {
      const found = await rig.direct.query(
        `select last_incoming_at = '2026-06-01T12:00:05Z' as heard, waiting_since, incoming_count from read.conversations`,
      );
      expect(found.rows).toEqual([{ heard: true, waiting_since: null, incoming_count: 0 }]);
    });
  });
});

describe('a deletion by the contact', () => {
  it('stands above all else on the message that he wrote, also where it comes first', async () => {
    rig = await openInboundRig({ adapters: saying });
    await rig.interpret();
    await rig.project();
    const deleted = { kind: 'deleted', providerMessageId: 'in-1', address: FROM, occurredAt: atSecond(7) };
    await taken({ says: [deleted] });
    await taken(incoming('in-1', 'Hello'));
    await taken({ says: [deleted] });
    await taken(incoming('in-2', 'Bye'));
    await eventually(async () => {
      const found = await rig.direct.query('select status from read.messages order by added_offset');
      expect(found.rows).toEqual([{ status: 'DELETED' }, { status: 'RECEIVED' }]);
    });
    expect(new Set(rig.events('message.deleted').map(({ id }) => id)).size).toBe(1);
  });
});

describe('an edit by the contact', () => {
  it('stands in the place of what he wrote, the latest by his clock, in every order', async () => {
    rig = await openInboundRig({ adapters: saying });
    await rig.interpret();
    await rig.project();
    const edited = (text: string, second: number) => ({
      ...{ kind: 'edited', providerMessageId: 'in-1', address: FROM, occasion: String(second) },
      ...{ occurredAt: atSecond(second), content: { kind: 'text', text, actions: [], attachments: [] } },
    });
    await taken({ says: [edited('third', 9)] });
    // By itself: what is repeated within one batch is one event.
    await eventually(() => expect(rig.events('message.edited')).toHaveLength(1));
    await taken(incoming('in-1', 'first'));
    await taken({ says: [edited('second', 4), edited('third', 9)] });
    await taken(incoming('in-2', 'Bye'));
    await eventually(async () => {
      const found = await rig.direct.query(
        `select content->>'text' as text, edit->>'at' as at from read.messages order by added_offset`,
      );
      expect(found.rows).toEqual([
        { text: 'third', at: '2026-06-01T12:00:09.000Z' },
        { text: 'Bye', at: null },
      ]);
    });
    expect(rig.events('message.edited')).toHaveLength(3);
    expect(new Set(rig.events('message.edited').map(({ id }) => id)).size).toBe(2);
  });
});

it('what an earlier version did not understand is taken in by reinterpretation, once', async () => {
  rig = await openInboundRig({ adapters: deaf });
  await rig.interpret();
  await rig.project();
  await taken({ says: [reacted('in-1', '😀', 5)] });
  await eventually(() => expect(rig.events('webhook.uninterpreted')).toHaveLength(1));
  await rig.reinterpret({}, saying);
  await rig.reinterpret({}, saying);
  expect(rig.events('message.reacted')).toMatchObject([{ reinterpreted: true }]);
});
