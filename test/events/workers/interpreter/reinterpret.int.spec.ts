import { afterEach, expect, it } from 'vitest';
import type { Interpretation, ProviderAdapter } from '../../../../src/providers/provider.js';
import type { ExchangeAdapters } from '../../../../src/roles/role.js';
import { readModelDigests } from '../../../support/digests.js';
import { channelId } from '../../../support/events.js';
import { eventually } from '../../../support/eventually.js';
import { incoming, openInboundRig, receipt, type InboundRig } from '../../../support/inbound-rig.js';

let rig: InboundRig | undefined;
afterEach(async () => {
  await rig?.close();
  rig = undefined;
});

/** An adapter that says something else of whatever it reads. */
const saying =
  (change: (said: Interpretation) => Interpretation): ExchangeAdapters =>
  (adapters) =>
    adapters.map((adapter): ProviderAdapter => ({
      ...adapter,
      interpret: (webhook, settings) => adapter.interpret(webhook, settings).map(change),
    }));
const deaf = saying(() => ({ kind: 'uninterpreted', reason: 'Deaf.' }));
const named = (text: string) =>
  saying((said) =>
    said.kind === 'received' && said.content.kind === 'text' ? { ...said, content: { ...said.content, text } } : said,
  );

/** A running Parley whose interpreter reads with these adapters, and has read what was posted. */
async function openWith(adapters: ExchangeAdapters, posts: readonly unknown[]): Promise<InboundRig> {
  const opened = (rig = await openInboundRig({ adapters }));
  await opened.interpret();
  await opened.project();
  for (const one of posts) expect((await opened.post(one)).status).toBe(200);
  await eventually(async () => expect(await readUpTo(opened)).toBe(posts.length));
  return opened;
}

async function readUpTo({ direct }: InboundRig): Promise<number> {
  const found = await direct.query<{ sum: string | null }>(
    `select sum(next_offset) as sum from work.positions where consumer = 'interpreter'`,
  );
  return Number(found.rows[0]?.sum ?? 0);
}

const textsOf = async ({ direct }: InboundRig) =>
  (
    await direct.query<{ text: string }>(`select content->>'text' as text from read.messages order by added_offset`)
  ).rows.map(({ text }) => text);

it('goes there and back again: each change of mind is an event, and each said twice is one', async () => {
  const { reinterpret, events } = await openWith(named('A'), [incoming('in-1', 'said')]);
  for (const [text, corrections] of [
    ['A', 0],
    ['B', 1],
    ['B', 1],
    ['A', 2],
    ['B', 3],
    ['B', 3],
  ] as const) {
    await reinterpret({}, named(text));
    await eventually(() => expect(events('message.corrected')).toHaveLength(corrections));
    await eventually(async () => expect(await textsOf(rig as InboundRig)).toEqual([text]));
  }
  const [first] = events('message.received');
  expect(events('message.corrected').every(({ conversationId }) => conversationId === first?.conversationId)).toBe(
    true,
  );
  expect(new Set(events('message.corrected').map(({ id }) => id)).size).toBe(3);
});

it('a rebuild gives the same, what was corrected and what was read late included', async () => {
  const opened = await openWith(deaf, [incoming('in-1', 'one', { name: 'Ada' }), incoming('in-2', 'two')]);
  await opened.reinterpret({}, named('wrong'));
  await opened.reinterpret();
  const live = await eventually(async () => {
    expect(await textsOf(opened)).toEqual(['one', 'two']);
    return readModelDigests(opened.databaseUrl);
  });
  await opened.refold();
  await eventually(async () => expect(await readModelDigests(opened.databaseUrl)).toEqual(live));
});

it('settles a call whose outcome nobody knew by a receipt that nobody understood, as a late receipt does', async () => {
  const opened = await openWith(deaf, []);
  const { messageId, reference } = await opened.dispatch({ state: 'unknown' });
  await opened.post(receipt('p-1', 'delivered', { reference }));
  await eventually(async () => expect(await readUpTo(opened)).toBe(1));
  expect(await opened.reinterpret({ isDryRun: true })).toMatchObject({
    events: [{ type: 'message.delivered', new: 1 }],
  });
  expect(await opened.dispatchState(messageId)).toBe('unknown');
  await opened.reinterpret();
  expect(await opened.dispatchState(messageId)).toBe('settled');
  await eventually(() =>
    expect(opened.events('message.delivered')).toMatchObject([{ messageId, reinterpreted: true }]),
  );
});

it('parks nothing: a receipt whose message may still be recorded is left, an old one is orphaned once', async () => {
  const opened = await openWith(deaf, []);
  await opened.dispatch({ state: 'calling' });
  await opened.post(receipt('p-9', 'read'));
  await eventually(async () => expect(await readUpTo(opened)).toBe(1));
  expect(await opened.reinterpret()).toMatchObject({ events: [], left: { waiting: 1 } });
  expect(await opened.parkedCount()).toBe(0);
  opened.advance(25 * 60 * 60 * 1_000);
  expect(await opened.reinterpret()).toMatchObject({ events: [{ type: 'receipt.orphaned', new: 1 }] });
  expect(await opened.reinterpret()).toMatchObject({ events: [{ type: 'receipt.orphaned', new: 0, unchanged: 1 }] });
  await eventually(() => expect(opened.events('receipt.orphaned')).toHaveLength(1));
});

it('passes over what was erased, leaves out what was not asked for, and opens no thread for somebody else', async () => {
  const opened = await openWith(named('A'), [
    incoming('in-1', 'one'),
    incoming('in-2', 'two'),
    incoming('in-3', 'three', { from: '+15550100077' }),
  ]);
  await opened.direct.query(`update log.records set value = null where topic = 'webhooks' and "offset" = 0`);
  expect(await opened.reinterpret({ provider: 'BIRD' })).toMatchObject({
    webhooks: { read: 0, erased: 1, leftOut: 2 },
  });
  expect(await opened.reinterpret({ channelIds: [channelId(2)] })).toMatchObject({ webhooks: { read: 0, leftOut: 2 } });
  expect(await opened.reinterpret({ to: '2026-01-01T00:00:00Z' })).toMatchObject({ webhooks: { read: 0, leftOut: 2 } });
  const elsewhere = saying((said) => (said.kind === 'received' ? { ...said, address: '+15550100099' } : said));
  expect(await opened.reinterpret({ from: '2026-01-01T00:00:00Z' }, elsewhere)).toMatchObject({
    ...{ webhooks: { read: 2, erased: 1 }, left: { anotherAddress: 2 } },
  });
  expect(opened.events('conversation.opened')).toHaveLength(2);
  expect(opened.events('message.corrected')).toHaveLength(0);
});

it('leaves to the interpreter what it has not read yet: that is still news', async () => {
  const opened = (rig = await openInboundRig());
  await opened.project();
  await opened.post(incoming('in-1', 'one'));
  expect(await opened.reinterpret()).toMatchObject({ webhooks: { read: 0 } });
  expect(opened.events('message.received')).toHaveLength(0);
});

it('is refused where the read models stand still behind the log', async () => {
  const opened = (rig = await openInboundRig());
  await opened.interpret();
  await opened.post(incoming('in-1', 'one'));
  await eventually(() => expect(opened.events('message.received')).toHaveLength(1));
  await expect(opened.reinterpret({}, (same) => same, 100)).rejects.toThrow(/role projector/);
});
