import { expect } from 'vitest';
import type { Role } from '../../src/config.js';
import type { Topic } from '../../src/events/log/event-log.js';
import { readModelDigests } from '../support/digests.js';
import { eventually } from '../support/eventually.js';
import {
  differentUnderOneId,
  eventIdOf,
  firstPlaces,
  gapsIn,
  overtakenSends,
  placeOf,
} from '../support/log-invariants.js';
import { withClient } from '../support/with-client.js';
import { rebuildReadModels } from './rebuild.js';
import type { Rig } from './rig.js';

/** The five checks after each fault. What runs is ready again; this stops it. */
export async function checkEverything(rig: Rig): Promise<void> {
  await rig.repeatUnanswered();
  await untilLagIsZero(rig);
  await rig.kill('all', 'SIGTERM');
  checkAcknowledged(rig, await readJournal(rig.directUrl));
  await checkStores(rig);
  checkCalls(rig);
}

/** Those of the five checks that need no history: what log, journal and read models say of each other. */
export async function checkStores(rig: Rig): Promise<void> {
  await checkLogAndJournal(rig, await readJournal(rig.directUrl));
  await checkMessages(rig.directUrl);
  await checkRebuild(rig);
}

/** The projector, the dispatcher and the interpreter have reached the heads, and nothing waits. */
export async function untilLagIsZero(rig: Rig, absent: readonly Role[] = []): Promise<void> {
  const consumers = CONSUMERS.filter(({ consumer }) => !absent.includes(consumer));
  await withClient(rig.directUrl, async (client) => {
    const reachedOf = async () => {
      const { rows } = await client.query<{ consumer: string; partition: number; next_offset: bigint }>(POSITIONS);
      return new Map(rows.map((row) => [`${row.consumer} ${row.partition}`, row.next_offset]));
    };
    const headsOfAll = () => Promise.all(consumers.map(({ topic }) => rig.heads(topic)));
    await eventually(
      async () => {
        const heads = await headsOfAll();
        const reached = await reachedOf();
        const behind = consumers.flatMap(({ consumer }, at) =>
          (heads[at] ?? []).flatMap((head, partition) =>
            head === (reached.get(`${consumer} ${partition}`) ?? 0n) ? [] : [`${consumer} in ${partition}`],
          ),
        );
        expect(behind, 'reached the heads').toEqual([]);
        const { rows: waiting } = await client.query<{ what: string; count: bigint }>(WAITING);
        expect(waiting.filter(({ count }) => count !== 0n)).toEqual([]);
        // What waited when the heads were read may have been appended since, and is then not projected yet.
        expect(await headsOfAll(), 'nothing was appended meanwhile').toEqual(heads);
      },
      // What thousands of sends left behind is dispatched conversation by conversation: on a busy machine that takes its time.
      { timeoutMs: 150_000, everyMs: 50 },
    );
  });
}

const CONSUMERS: readonly { readonly consumer: Role; readonly topic: Topic }[] = [
  { consumer: 'projector', topic: 'events' },
  { consumer: 'dispatcher', topic: 'events' },
  { consumer: 'interpreter', topic: 'webhooks' },
];

const POSITIONS = `
  select 'projector' as consumer, partition, next_offset from read.positions
  union all select consumer, partition, next_offset from work.positions`;

const WAITING = `
  select 'outbox' as what, count(*) from work.outbox
  union all
  select 'dispatches', count(*) from work.dispatches where state in ('waiting', 'claimed', 'calling', 'in_doubt')`;

interface JournalRow {
  readonly partition: number;
  readonly offset: bigint;
  readonly id: string;
  /** Of an accepted message, where it was folded and had one. */
  readonly idempotencyKey: string | null;
  readonly messageId: string | null;
}

const readJournal = (url: string): Promise<readonly JournalRow[]> =>
  withClient(url, async (client) => {
    const { rows } = await client.query<JournalRow>(
      `select partition, "offset", value->>'id' as id, value->>'messageId' as "messageId",
         case when type = 'message.accepted' and is_folded then value->'data'->>'idempotencyKey' end as "idempotencyKey"
       from read.events order by 1, 2`,
    );
    return rows;
  });

/**
 * H1 and H5: each send is in the journal exactly once, as the message that it was answered with; nothing is there that
 * nobody sent. H2: what was acknowledged before another send to the same contact began stands before it.
 */
function checkAcknowledged(rig: Rig, journal: readonly JournalRow[]): void {
  const accepted = journal.filter(({ idempotencyKey }) => idempotencyKey !== null);
  const byKey = new Map(accepted.map((row) => [row.idempotencyKey, row]));
  const keys = new Set(rig.history.map(({ key }) => key));
  const unsent = accepted.filter(({ idempotencyKey }) => !keys.has(idempotencyKey ?? ''));
  expect(unsent, 'H1: nothing is there that nobody sent').toEqual([]);
  expect(accepted.length, 'H1: once each').toBe(byKey.size);
  const lost = rig.history.filter(({ key, messageId }) => byKey.get(key)?.messageId !== messageId);
  expect(lost, 'H1, H5: each send is in the journal as it was answered').toEqual([]);
  const sends = rig.history.flatMap(({ key, to, startedAt, acknowledgedAt }) => {
    const row = byKey.get(key);
    return row && acknowledgedAt !== undefined ? [{ to, startedAt, acknowledgedAt, offset: row.offset }] : [];
  });
  expect(overtakenSends(sends), 'H2: order holds per conversation').toEqual([]);
}

/** H1 and H2: every event of the log is in the journal once, where it stands first; no gaps, no id for two events. */
async function checkLogAndJournal(rig: Rig, journal: readonly JournalRow[]): Promise<void> {
  const records = await rig.readLog('events');
  expect(gapsIn(records, await rig.heads('events')), 'H2: offsets have no gaps').toEqual([]);
  const dead = await deadLetters(rig.directUrl);
  const living = records.filter((record) => !dead.has(placeOf(record)));
  const shared = new Set(differentUnderOneId(living));
  const said = living.filter((record) => shared.has(eventIdOf(record) ?? '')).map(({ value }) => value?.toString());
  expect(said, 'H1: no two different events share an id').toEqual([]);
  expect(living.filter((record) => eventIdOf(record) === undefined).map(placeOf), 'H2: no record is ignored').toEqual(
    [],
  );
  const inLog = firstPlaces(living);
  const inJournal = new Map(journal.map((row) => [row.id, placeOf(row)]));
  expect(inJournal.size, 'H2: the journal has an event once').toBe(journal.length);
  const missing = [...inLog].filter(([id, place]) => inJournal.get(id) !== place);
  const added = journal.filter(({ id }) => !inLog.has(id));
  expect({ missing, added }, 'H2: the journal has what the log has, at its first place').toEqual({
    ...{ missing: [], added: [] },
  });
}

/** What the projector did not take for events of ours (F15), as `partition/offset` of the events topic. */
const deadLetters = (url: string): Promise<ReadonlySet<string>> =>
  withClient(url, async (client) => {
    const { rows } = await client.query<{ partition: number; offset: bigint }>(
      `select partition, "offset" from work.dead_letters where consumer = 'projector' and topic = 'events'`,
    );
    return new Set(rows.map(placeOf));
  });

/** H2: every message of the journal is in the read model. */
async function checkMessages(url: string): Promise<void> {
  await withClient(url, async (client) => {
    const { rows } = await client.query(
      `select value->>'messageId' as id from read.events e
       where type in ('message.accepted', 'message.received') and is_folded
         and not exists (select from read.messages m where m.id = e.message_id)`,
    );
    expect(rows, 'H2: every message is in the read model').toEqual([]);
  });
}

/** H4: at most one call per part that the provider could have processed. */
function checkCalls(rig: Rig): void {
  const calls = new Map<string, number>();
  for (const call of rig.carrier.calls)
    if (!rig.carrier.turnedAway.has(call)) calls.set(call.reference, (calls.get(call.reference) ?? 0) + 1);
  const repeated = [...calls].filter(([, count]) => count > 1);
  expect(repeated, 'H4: one call per part').toEqual([]);
}

/** H3: the read models dropped and folded anew from offset 0 have the same digests. */
async function checkRebuild(rig: Rig): Promise<void> {
  const before = await readModelDigests(rig.directUrl);
  await rebuildReadModels(rig);
  expect(await readModelDigests(rig.directUrl), 'H3: a rebuild makes the same read models').toEqual(before);
}
