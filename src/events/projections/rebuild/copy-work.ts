import type { Database } from '../../../database/database.js';
import type { OperationContext } from '../../../operations/operation.js';
import type { Clock } from '../../kernel/clock.js';
import type { Vector } from '../../kernel/cursor.js';
import type { EventLog } from '../../log/event-log.js';
import { LIVE_COPY, readCopy } from '../read-copy.js';
import { leaveNext, type CopyId } from './copies.js';
import { startFollower, type Follower } from './follower.js';

export interface CopyDeps {
  readonly database: Database;
  readonly log: EventLog;
  readonly clock: Clock;
}

/** Of an operation, what this needs. */
export type CopyControl = Pick<OperationContext, 'signal' | 'report'>;

/** While a second copy of the read models is at hand and follows the log. */
export interface CopyWork extends CopyDeps, CopyControl {
  /** The same database, for statements over whole tables. */
  readonly patient: Database;
  readonly follower: Follower;
}

/** The copy that is folded beside the one that is served. */
export const NEXT_COPY = readCopy('read_next');

/** Over tables of some hundred million rows; and the snapshot that is compared waits for both. */
const PATIENT = {
  poolMax: 3,
  statementMs: 60 * 60_000,
  transactionMs: 4 * 60 * 60_000,
  idleInTransactionMs: 4 * 60 * 60_000,
};

/** So few are folded in no time: the comparison may begin. */
const NEAR_EVENTS = 5_000n;
const REPORT_EVERY_MS = 500;

/**
 * Runs the work on `read_next`, which `id` tells from one that another process made. Whatever becomes of it, nothing that
 * it started goes on afterwards, and what was not exchanged is dropped, or put back.
 */
export async function withNextCopy<Result>(
  deps: CopyDeps,
  { signal, report }: CopyControl,
  id: CopyId,
  work: (at: CopyWork) => Promise<Result>,
): Promise<Result> {
  const { database } = deps;
  const patient = database.withBounds(PATIENT);
  const close = () => patient.close();
  // What runs for minutes ends at once.
  const onAbort = () => void close();
  signal.addEventListener('abort', onAbort);
  let follower: Follower | undefined;
  try {
    follower = await startFollower({ ...deps, copy: NEXT_COPY, signal });
    return await work({ ...deps, signal, report, patient, follower });
  } finally {
    signal.removeEventListener('abort', onAbort);
    await close();
    await follower?.stop();
    // With Postgres away it stays until the next rebuild, or until somebody looks for what was left.
    await database.transaction((tx) => leaveNext(tx, id)).catch(() => undefined);
  }
}

/**
 * Folds up to what is served, never beyond. What came meanwhile is folded too, and what came meanwhile to that: each time
 * it is less, as long as this is faster than what happens.
 */
export async function foldUpToServed(work: CopyWork, step: string, rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    const goal = await servedPositions(work);
    if (round > 0 && eventsIn(goal) - eventsIn(work.follower.positions()) < NEAR_EVENTS) return;
    work.follower.allow(goal);
    await reachWithReports(work, step, goal);
  }
}

/** From now on it follows the log by itself. Resolves when it has passed what was served at the beginning. */
export async function followFromNowOn(work: CopyWork, step: string): Promise<void> {
  work.follower.allowAll();
  await reachWithReports(work, step, await servedPositions(work));
}

/** @throws as `Follower.reaches` */
async function reachWithReports(work: CopyWork, step: string, goal: Vector): Promise<void> {
  const { follower, report } = work;
  const tell = () => report({ step, done: Number(eventsIn(follower.positions())), total: Number(eventsIn(goal)) });
  tell();
  const telling = setInterval(tell, REPORT_EVERY_MS);
  try {
    await follower.reaches(goal);
    tell();
  } finally {
    clearInterval(telling);
  }
}

export const servedPositions = ({ database, log }: Pick<CopyDeps, 'database' | 'log'>): Promise<Vector> =>
  LIVE_COPY.positions.load(database.orm, log.partitionCount);

/** How many records lie below. */
export const eventsIn = (vector: Vector): bigint => vector.reduce((sum, offset) => sum + offset, 0n);
