import type { Logger } from 'pino';
import { isDatabaseAway, sqlStateOf } from '../../../database/errors.js';
import { pause } from '../../../lifecycle.js';
import { LogUnavailableError } from '../../log/event-log.js';

const BACK_OFF_FIRST_MS = 100;
const BACK_OFF_MAX_MS = 5_000;
/** For what a claim waits on: well before its lease ends, when somebody else may have it. */
export const WITHIN_LEASE_MS = 20_000;
/** For an error that isn't of the passing kind: five looks, then it is the item's own. */
const OWN_FAULTS_MAX = 5;

/** A row changed between the look and the write: the same work, begun anew, sees it. */
export class CollisionError extends Error {
  override readonly name = 'CollisionError';
}

/** Whether the same work may succeed later: Postgres or the log is away, two transactions collided, or a statement took too long. */
export function isPassing(error: unknown): boolean {
  if (error instanceof LogUnavailableError || error instanceof CollisionError || isDatabaseAway(error)) return true;
  const state = sqlStateOf(error);
  return state !== undefined && (state.startsWith('40') || state === '57014' || state === '55P03');
}

export interface RetryOptions {
  /** No further try begins after so many milliseconds. */
  readonly forMs: number;
  /** Ends the waiting and the trying. */
  readonly signal: AbortSignal;
  readonly logger: Logger;
  readonly what: string;
}

/** Repeats `work` while it fails with passing errors. @throws what the last try threw */
export async function retryPassing<Result>(work: () => Promise<Result>, options: RetryOptions): Promise<Result> {
  const endsAt = performance.now() + options.forMs;
  for (let failures = 0, ownFaults = 0; ;) {
    try {
      return await work();
    } catch (error) {
      failures += 1;
      if (!isPassing(error)) ownFaults += 1;
      const isOver = options.signal.aborted || ownFaults >= OWN_FAULTS_MAX || performance.now() >= endsAt;
      if (isOver) throw error;
      if (failures === 1) options.logger.warn({ err: error }, `${options.what}: will be tried again`);
      await pause(Math.min(BACK_OFF_FIRST_MS * 2 ** (failures - 1), BACK_OFF_MAX_MS), options.signal);
    }
  }
}
