import { sql } from 'drizzle-orm';
import type { Logger } from 'pino';
import type { Database, Executor, Transaction } from '../../database/database.js';
import { sqlStateOf } from '../../database/errors.js';
import type { Running } from '../../lifecycle.js';
import { EVENT_CATALOG, type ParleyEvent } from '../catalog.js';
import { parseRecord, type ParsedRecord } from '../codec.js';
import type { Clock } from '../kernel/clock.js';
import type { RecordedEvent } from '../kernel/event.js';
import { FatalConsumerError, type EventLog, type LogRecord, type RecordBatch } from '../log/event-log.js';
import { createReadPositionStore, StalePositionError } from '../log/positions.js';
import { insertIntoJournal, type JournalEntry } from './journal-insert.js';
import { foldInto, loadReadModels, saveReadModels, type ReadModels } from './read-models.js';
import { storable } from './storable.js';

export interface ProjectorState {
  readonly isRunning: boolean;
  /** Why it gave up by itself; it stays stopped until somebody looked (rule 14). */
  readonly stoppedBecause?: string;
  /** The journal holds events that an older version didn't know and this one does: only a rebuild folds them. */
  readonly needsRebuild: boolean;
  /** Records of somebody else in the topic, since this process started. */
  readonly deadLetters: number;
}

export interface Projector {
  state(): ProjectorState;
}

export interface ProjectorDeps {
  readonly database: Database;
  readonly log: EventLog;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Told after each batch how long the event in it that waited longest had been recorded. */
  readonly onProjected?: ((delayMs: number) => void) | undefined;
}

const GROUP = 'projector';
const positions = createReadPositionStore();

/**
 * Folds the events topic into the read models and the journal (rule 11).
 * @throws when Postgres or the log is away, or the stored positions are not in the log (`PositionOutOfRangeError`)
 */
export async function createProjector(deps: ProjectorDeps): Promise<Projector & Running> {
  const { database, log, logger } = deps;
  const needsRebuild = await hasFoldableLeftovers(database.orm);
  let isRunning = true;
  let stoppedBecause: string | undefined;
  let deadLetters = 0;
  const handle = createBatchHandler(deps, (count) => (deadLetters += count));
  const consumer = await log.consume({
    topic: 'events',
    group: GROUP,
    startAt: () => positions.load(database.orm, log.partitionCount),
    handle,
    onError: (error) => {
      // Another projector moved on: its work, and no fault. With one in another group, it's every second batch.
      const level = error instanceof StalePositionError ? 'debug' : 'warn';
      logger[level]({ reason: reasonOf(error) }, 'the projector failed and tries again');
    },
  });
  const ended = consumer.closed.then(
    () => void (isRunning = false),
    (error: unknown) => {
      isRunning = false;
      stoppedBecause = error instanceof Error ? error.message : 'unknown';
      logger.error({ reason: stoppedBecause }, 'the projector stopped: the read models no longer follow the log');
    },
  );
  return {
    state: () => ({ isRunning, needsRebuild, deadLetters, ...(stoppedBecause !== undefined && { stoppedBecause }) }),
    async stop() {
      await consumer.stop();
      await ended;
    },
  };
}

type Batch = Pick<RecordBatch, 'partition' | 'readFrom' | 'nextOffset'> & { readonly records: readonly ReadRecord[] };
interface ReadRecord {
  readonly record: LogRecord;
  readonly parsed: ParsedRecord;
}

/** An event of ours that can't be folded: whatever stands before it is folded, and then nothing more (rule 14). */
class UnfoldableError extends Error {
  override readonly name = 'UnfoldableError';
  constructor(
    readonly offset: bigint,
    reason: string,
  ) {
    super(reason);
  }
}

function createBatchHandler({ database, clock, onProjected }: ProjectorDeps, onDeadLetters: (count: number) => void) {
  const project = async (batch: Batch): Promise<void> => {
    const dead = await database.transaction((tx) => projectBatch(tx, batch, clock.now()), { isDurable: false });
    onDeadLetters(dead);
    const recordedAt = oldestOf(batch);
    if (recordedAt !== undefined) onProjected?.(clock.now().getTime() - recordedAt);
  };
  const projectWhole = async (batch: Batch): Promise<void> => {
    try {
      await project(batch);
    } catch (error) {
      if (error instanceof UnfoldableError) return stopBefore(batch, error, projectWhole);
      const state = sqlStateOf(error);
      if (state === undefined || !REFUSED_DATA.test(state)) throw error;
      throw new FatalConsumerError(`Postgres refuses what ${placeOf(batch)} says (SQLSTATE ${state}).`);
    }
  };
  return (batch: RecordBatch) => projectWhole({ ...batch, records: batch.records.map(read) });
}

/** Milliseconds since 1970; undefined where nothing in it is an event of ours. */
function oldestOf({ records }: Batch): number | undefined {
  const times = records.flatMap(({ parsed }) =>
    parsed.kind === 'foreign' ? [] : [Date.parse(parsed.event.recordedAt)],
  );
  return times.length === 0 ? undefined : Math.min(...times);
}

/** Classes of SQLSTATE that say the same again for the same data: repeating the batch would never end. */
const REFUSED_DATA = /^(?:21|22|23|54)/;

async function stopBefore(
  batch: Batch,
  error: UnfoldableError,
  project: (batch: Batch) => Promise<void>,
): Promise<never> {
  const records = batch.records.filter(({ record }) => record.offset < error.offset);
  if (records.length > 0) await project({ ...batch, records, nextOffset: error.offset });
  throw new FatalConsumerError(`Partition ${batch.partition}, offset ${error.offset}: ${error.message}`);
}

const placeOf = ({ partition, readFrom, nextOffset }: Batch): string =>
  `partition ${partition}, offsets ${readFrom} to ${nextOffset - 1n},`;

function read(record: LogRecord): ReadRecord {
  const clean = storable(record);
  return { record: clean, parsed: parseRecord(clean) };
}

/** Rule 11, in its order. Answers how many records were not ours. */
async function projectBatch(tx: Transaction, batch: Batch, now: Date): Promise<number> {
  await positions.advance(tx, batch);
  const dead = await bury(tx, batch, now);
  const fresh = await insertIntoJournal(tx, batch.partition, batch.records.flatMap(journalEntryOf));
  const recorded = batch.records.flatMap((one) => (fresh.has(one.record.offset) ? recordedEventOf(one) : []));
  const models = await loadReadModels(
    tx,
    recorded.map(({ event }) => event),
  );
  for (const one of recorded) fold(models, one);
  await saveReadModels(tx, models);
  await tx.execute(sql`select pg_notify('parley_journal', '')`);
  return dead;
}

function fold(models: ReadModels, recorded: RecordedEvent<ParleyEvent>): void {
  try {
    foldInto(models, recorded);
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unknown';
    throw new UnfoldableError(recorded.position.offset, `${recorded.event.type} can't be folded: ${reason}`);
  }
}

/** What isn't ours goes to the dead letters with its position, and the rest goes on (rule 14). */
async function bury(tx: Transaction, { partition, records }: Batch, now: Date): Promise<number> {
  const foreign = records.flatMap(({ record, parsed }) =>
    parsed.kind === 'foreign' ? { offset: record.offset, reason: parsed.reason } : [],
  );
  if (foreign.length === 0) return 0;
  await tx.execute(sql`
    insert into work.dead_letters (consumer, topic, partition, "offset", reason, recorded_at)
    select ${GROUP}, 'events', ${partition}, given."offset", given.reason, ${now.toISOString()}::timestamptz
    from unnest(
      ${sql.param(foreign.map(({ offset }) => offset))}::bigint[], ${sql.param(foreign.map(({ reason }) => reason))}::text[]
    ) as given ("offset", reason)
    on conflict do nothing`);
  return foreign.length;
}

function journalEntryOf({ record, parsed }: ReadRecord): JournalEntry[] {
  if (parsed.kind === 'foreign' || record.value === null) return [];
  if (parsed.kind === 'broken')
    throw new UnfoldableError(record.offset, `${parsed.event.type} can't be read: ${parsed.reason}`);
  const isFolded = parsed.kind === 'event';
  return [{ offset: record.offset, event: parsed.event, isFolded, json: record.value.toString('utf8') }];
}

function recordedEventOf({ record, parsed }: ReadRecord): RecordedEvent<ParleyEvent>[] {
  if (parsed.kind !== 'event') return [];
  return [{ event: parsed.event, position: { partition: record.partition, offset: record.offset } }];
}

/** Events that a version before this one journaled without folding, for it didn't know them. */
async function hasFoldableLeftovers(executor: Executor): Promise<boolean> {
  const found = await executor.execute<{ type: string; version: number }>(
    sql`select distinct type, (value->>'version')::int as version from read.events where not is_folded`,
  );
  return found.rows.some(({ type, version }) => (EVENT_CATALOG.get(type)?.version ?? 0) >= version);
}

/** For the log: drizzle's messages hold the statement's parameters, and with them what people wrote. */
function reasonOf(error: unknown): string {
  const state = sqlStateOf(error);
  if (state !== undefined) return `SQLSTATE ${state}`;
  if (!(error instanceof Error)) return 'unknown';
  return error instanceof StalePositionError ? error.message : error.name;
}
