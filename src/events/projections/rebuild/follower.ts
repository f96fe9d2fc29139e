import type { Database } from '../../../database/database.js';
import { isDatabaseAway, sqlStateOf } from '../../../database/errors.js';
import type { Running } from '../../../lifecycle.js';
import { OperationRefusedError } from '../../../operations/operation.js';
import { createWakeSignal } from '../../../wake-signal.js';
import type { Clock } from '../../kernel/clock.js';
import { hasPassed, mergeVectors, type Vector } from '../../kernel/cursor.js';
import {
  FatalConsumerError,
  LogUnavailableError,
  PositionOutOfRangeError,
  type EventLog,
  type RecordBatch,
} from '../../log/event-log.js';
import { passingGroup } from '../../log/passing-group.js';
import { buryAhead } from '../dead-letters.js';
import { createGate } from '../gate.js';
import { projectBatch, projectWhole } from '../project-batch.js';
import type { ReadCopy } from '../read-copy.js';

/** Folds the log into a copy that nobody is served from. It appends nothing, sends nothing and tells nobody. */
export interface Follower extends Running {
  /** Raises how far it may fold; at first, it may not at all. */
  allow(limit: Vector): void;
  /** From now on it may fold whatever comes. */
  allowAll(): void;
  /** Up to where it has folded, and so committed. */
  positions(): Vector;
  /**
   * Whether it has folded up to there, within so many milliseconds; without them, for as long as it gets on.
   * @throws OperationRefusedError the log can't be folded; after minutes without a step LogUnavailableError, or what Postgres
   *   refuses; the signal's reason
   */
  reaches(goal: Vector, withinMs?: number): Promise<boolean>;
}

export interface FollowerDeps {
  readonly database: Database;
  readonly log: EventLog;
  readonly clock: Clock;
  readonly copy: ReadCopy;
  readonly signal: AbortSignal;
  /** For how long its positions may stay as they are before it gives up, in milliseconds; default 2 minutes. */
  readonly standsStillMs?: number;
}

/** Of the log's four: more, and what is served waits behind them for the processor (see docs/decisions/0017). */
const BATCHES_AT_ONCE_MAX = 2;
const LOOK_EVERY_MS = 1_000;
/** Postgres and the log come back by themselves; after that long whoever does this is to begin anew. */
const STANDS_STILL_MS = 120_000;

/** What may not be folded yet is handed over again a little later. */
class NotYetAllowedError extends Error {
  override readonly name = 'NotYetAllowedError';
}

/** @throws OperationRefusedError the log no longer has what this copy lacks */
export async function startFollower(deps: FollowerDeps): Promise<Follower> {
  const { database, log, copy, signal, standsStillMs = STANDS_STILL_MS } = deps;
  const progress = createWakeSignal();
  const gate = createGate(BATCHES_AT_ONCE_MAX);
  let reached: Vector = await copy.positions.load(database.orm, log.partitionCount);
  let limit: Vector | undefined = reached;
  let failure: Error | undefined;
  let trouble: unknown;
  const moved = (positions: Vector) => {
    reached = positions;
    progress.fire();
  };
  const fail = (error: unknown) => {
    failure = asRefusal(error);
    progress.fire();
  };
  const onAbort = () => progress.fire();
  signal.addEventListener('abort', onAbort);
  const consumer = await beginConsuming(log, {
    group: passingGroup('rebuild'),
    async startAt() {
      // What a crash took back is folded again.
      moved(await copy.positions.load(database.orm, log.partitionCount));
      return reached;
    },
    handle: async (batch) => {
      const allowed = cutAt(batch, limit?.[batch.partition] ?? batch.nextOffset);
      if (allowed.records.length > 0) {
        await gate.run(() => foldInto(deps, allowed));
        trouble = undefined;
        moved(reached.with(batch.partition, allowed.nextOffset));
      }
      if (allowed.records.length < batch.records.length) throw new NotYetAllowedError();
    },
    onError: (error) => void (trouble = error instanceof NotYetAllowedError ? trouble : error),
  });
  consumer.closed.catch(fail);
  const waiting = { progress, signal, standsStillMs, reached: () => reached, failure: () => failure };
  return {
    allow: (to) => void (limit &&= mergeVectors(limit, to)),
    allowAll: () => void (limit = undefined),
    positions: () => reached,
    reaches: (goal, withinMs) => waitUntil({ ...waiting, trouble: () => trouble }, goal, withinMs),
    async stop() {
      signal.removeEventListener('abort', onAbort);
      await consumer.stop();
    },
  };
}

interface Following {
  readonly group: string;
  startAt(): Promise<Vector>;
  handle(batch: RecordBatch): Promise<void>;
  onError(error: unknown): void;
}

async function beginConsuming(log: EventLog, following: Following) {
  try {
    return await log.consume({ topic: 'events', ...following });
  } catch (error) {
    throw asRefusal(error);
  }
}

function asRefusal(error: unknown): Error {
  if (error instanceof PositionOutOfRangeError)
    return new OperationRefusedError(`The log no longer has what is needed. ${error.message}`);
  if (error instanceof FatalConsumerError)
    return new OperationRefusedError(`This version can not fold the log. ${error.message}`);
  return error instanceof Error ? error : new Error(String(error));
}

/** What of the batch lies before the limit. */
function cutAt(
  batch: RecordBatch,
  limit: bigint,
): Pick<RecordBatch, 'partition' | 'readFrom' | 'nextOffset' | 'records'> {
  if (batch.nextOffset <= limit) return batch;
  return { ...batch, records: batch.records.filter(({ offset }) => offset < limit), nextOffset: limit };
}

async function foldInto(
  { database, copy, clock }: FollowerDeps,
  whole: Parameters<typeof projectWhole>[0],
): Promise<void> {
  await projectWhole(whole, async (batch) => {
    await database.transaction(
      async (tx) => {
        const foreign = await projectBatch(tx, copy, batch);
        await buryAhead(tx, { partition: batch.partition, foreign, now: clock.now() });
      },
      { isDurable: false },
    );
  });
}

interface Waiting {
  readonly progress: ReturnType<typeof createWakeSignal>;
  readonly signal: AbortSignal;
  readonly standsStillMs: number;
  reached(): Vector;
  failure(): Error | undefined;
  /** What the last try to fold failed for; undefined after one that didn't. */
  trouble(): unknown;
}

async function waitUntil(waiting: Waiting, goal: Vector, withinMs = Infinity): Promise<boolean> {
  const { progress, signal, standsStillMs, reached, failure, trouble } = waiting;
  const deadline = performance.now() + withinMs;
  let last = { reached: reached(), at: performance.now() };
  for (;;) {
    const mark = progress.mark();
    signal.throwIfAborted();
    const failed = failure();
    if (failed !== undefined) throw failed;
    if (hasPassed(reached(), goal)) return true;
    const now = performance.now();
    if (now > deadline) return false;
    // By value: the log asks for the stored positions every few seconds, and each answer is another vector.
    if (!isSame(reached(), last.reached)) last = { reached: reached(), at: now };
    if (now - last.at > standsStillMs) throw standstill(trouble());
    await progress.wait(mark, Math.max(1, Math.min(LOOK_EVERY_MS, deadline - now)));
  }
}

const isSame = (one: Vector, other: Vector): boolean => hasPassed(one, other) && hasPassed(other, one);

/** A disk that is full under the second copy is no fault of the log. */
function standstill(trouble: unknown): Error {
  const state = sqlStateOf(trouble);
  if (state === undefined && !isDatabaseAway(trouble)) return new LogUnavailableError('The log hands nothing over.');
  const why = state === undefined ? 'PostgreSQL is away' : `SQLSTATE ${state}`;
  return new Error(`Nothing could be folded any more (${why}).`, { cause: trouble });
}
