import { sql } from 'drizzle-orm';
import type { Logger } from 'pino';
import type { Database, Transaction } from '../../../database/database.js';
import { EVENT_CATALOG } from '../../catalog.js';
import { parseRecord } from '../../codec.js';
import type { Identity } from '../../event-identity.js';
import type { LogRecord, RecordBatch } from '../../log/event-log.js';
import { StalePositionError, type PositionStore } from '../../log/positions.js';
import type { MessageEvent } from '../../message/events.js';
import { stepsOf } from './fold.js';
import { foldIntoDispatches } from './intake-rows.js';
import { createIsolatingBatch } from './isolating-batch.js';
import { advanceLanes } from './lanes.js';
import { restoreIdentities, restoreProviderIds, type ReadEvent } from './restore.js';
import { restoreStandings } from './restore-standings.js';
import { isPassing } from './retry.js';

export interface IntakeDeps {
  readonly database: Database;
  readonly positions: PositionStore;
  readonly identity: Identity;
  /** While it is catching up, rows of identities that Postgres lacks are made too. */
  readonly isCatchingUp: () => boolean;
  /** Told after each commit, with whether something new waits. */
  readonly onCommitted: (hasNewWork: boolean) => void;
  readonly logger: Logger;
}

/** How often a batch may fail by its own fault before its records are taken one by one (rule 14). */
const TOGETHER_TRIES = 3;
/** As many as a consumer hands over at once, and more; of each partition one at most. */
const BATCHES_MAX = 16;

/**
 * The dispatcher's intake (rule 16): folds all `message.*` events into `dispatches`, with the position in the same
 * transaction (rule 10). A record that can't be taken becomes a dead letter after three tries, and it goes on (rule 14).
 *
 * One transaction at a time, and the next takes the batches of all partitions that came meanwhile: most events are this
 * process' own and change nothing, so that the round trips are what they cost. A batch that spoils such a transaction is
 * taken alone, and so is each of the others.
 */
export function createIntake(deps: IntakeDeps): (batch: RecordBatch) => Promise<void> {
  const takeWithOthers = createIsolatingBatch<RecordBatch, boolean>({
    run: async (batches) => {
      const hasNewWork = await takeBatches(batches, deps, false);
      return batches.map(() => hasNewWork);
    },
    sizeMax: BATCHES_MAX,
    isShared: isPassing,
  });
  const failures = new Map<number, { readonly readFrom: bigint; readonly count: number }>();
  return async (batch) => {
    const before = failures.get(batch.partition);
    const count = before?.readFrom === batch.readFrom ? before.count : 0;
    try {
      const hasNewWork = count < TOGETHER_TRIES ? await takeWithOthers(batch) : await takeBatches([batch], deps, true);
      failures.delete(batch.partition);
      deps.onCommitted(hasNewWork);
    } catch (error) {
      const isOwnFault = !isPassing(error) && !(error instanceof StalePositionError);
      if (isOwnFault) failures.set(batch.partition, { readFrom: batch.readFrom, count: count + 1 });
      throw error;
    }
  };
}

/** Answers whether something new waits. */
async function takeBatches(batches: readonly RecordBatch[], deps: IntakeDeps, isOneByOne: boolean): Promise<boolean> {
  const { readable, refused } = readRecords(batches.flatMap(({ records }) => records));
  const isCatchingUp = deps.isCatchingUp();
  return deps.database.transaction(async (tx) => {
    await deps.positions.advanceAll(tx, batches);
    const take = (inner: Transaction, events: readonly ReadEvent[]) => takeEvents(inner, events, deps, isCatchingUp);
    const taken = isOneByOne ? await takeOneByOne(tx, readable, take) : { made: await take(tx, readable), refused: [] };
    await writeDeadLetters(tx, [...refused, ...taken.refused], deps.logger);
    if (taken.made > 0) await tx.execute(sql`select pg_notify('parley_dispatch', 'due')`);
    return taken.made > 0;
  });
}

/**
 * Takes one record that was refused before, as this build is. What was accepted in it may be sent now.
 * @returns why it can't be taken; undefined: it was. @throws what passes, such as Postgres being away
 */
export async function takeRecord(
  database: Database,
  identity: Identity,
  record: LogRecord,
): Promise<string | undefined> {
  const { readable, refused } = readRecords([record]);
  const taken = await database.transaction(async (tx) => {
    // Whatever rows of identities it carries were not made when it was passed over.
    const take = (inner: Transaction, events: readonly ReadEvent[]) => takeEvents(inner, events, { identity }, true);
    const one = await takeOneByOne(tx, readable, take);
    if (one.made > 0) await tx.execute(sql`select pg_notify('parley_dispatch', 'due')`);
    return one;
  });
  return [...refused, ...taken.refused][0]?.reason;
}

interface Refused {
  readonly record: LogRecord;
  readonly reason: string;
}

/**
 * Events of an unknown type are a newer version's and none of ours. What can't be read is refused, and so is a newer
 * version of a type that we know: passed over, what it accepts would never be sent, and nobody would know.
 */
function readRecords(records: readonly LogRecord[]): { readable: ReadEvent[]; refused: Refused[] } {
  const readable: ReadEvent[] = [];
  const refused: Refused[] = [];
  for (const record of records) {
    const parsed = parseRecord(record);
    if (parsed.kind === 'event') readable.push({ event: parsed.event, record });
    else if (parsed.kind === 'broken') refused.push({ record, reason: `broken ${parsed.event.type}` });
    else if (parsed.kind === 'unknown' && EVENT_CATALOG.has(parsed.event.type))
      refused.push({ record, reason: `${parsed.event.type} of version ${parsed.event.version}` });
    else if (parsed.kind === 'foreign') refused.push({ record, reason: parsed.reason });
  }
  return { readable, refused };
}

/** Answers how many new rows wait. */
async function takeEvents(
  tx: Transaction,
  events: readonly ReadEvent[],
  deps: Pick<IntakeDeps, 'identity'>,
  isCatchingUp: boolean,
): Promise<number> {
  const messageEvents = events.flatMap(({ event, record }) =>
    event.type.startsWith('message.') ? [{ event: event as MessageEvent, offset: record.offset }] : [],
  );
  const folded = await foldIntoDispatches(
    tx,
    messageEvents.flatMap(({ event, offset }) => stepsOf(event).map((step) => ({ step, event, offset }))),
  );
  // In the one order of locks, which `advanceLanes` tells.
  if (isCatchingUp) await restoreProviderIds(tx, events);
  await advanceLanes(tx, folded.conversations, 'made');
  if (isCatchingUp) await restoreIdentities(tx, events, deps.identity);
  await restoreStandings(tx, events);
  return folded.waiting;
}

/**
 * Each record begins the order of locks anew, so here two processes may stand in a circle; Postgres ends it after a
 * second, and the batch is read again. Rare enough: only after a batch failed three times by its own fault.
 */
async function takeOneByOne(
  tx: Transaction,
  events: readonly ReadEvent[],
  take: (tx: Transaction, events: readonly ReadEvent[]) => Promise<number>,
): Promise<{ readonly made: number; readonly refused: readonly Refused[] }> {
  const refused: Refused[] = [];
  let made = 0;
  for (const event of events) {
    try {
      made += await tx.transaction((savepoint) => take(savepoint, [event]));
    } catch (error) {
      if (isPassing(error)) throw error;
      refused.push({ record: event.record, reason: `${event.event.type} could not be taken` });
    }
  }
  return { made, refused };
}

async function writeDeadLetters(tx: Transaction, refused: readonly Refused[], logger: Logger): Promise<void> {
  if (refused.length === 0) return;
  await tx.execute(sql`
    insert into work.dead_letters (consumer, topic, partition, "offset", reason)
    select 'dispatcher', 'events', * from unnest(
      ${sql.param(refused.map((one) => one.record.partition))}::int[],
      ${sql.param(refused.map((one) => one.record.offset.toString()))}::bigint[],
      ${sql.param(refused.map((one) => one.reason))}::text[]) on conflict do nothing`);
  for (const { record, reason } of refused) {
    logger.warn(
      { group: 'dispatcher', topic: 'events', partition: record.partition, offset: record.offset.toString(), reason },
      'a dead letter: a record that could not be taken',
    );
  }
}
