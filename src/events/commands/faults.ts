import { isDatabaseAway } from '../../database/errors.js';
import { MicroBatchFullError } from '../../database/micro-batch.js';
import { AppError, UnavailableError } from '../../errors.js';
import { boundedBy } from '../../lifecycle.js';
import { LogUnavailableError } from '../log/event-log.js';

/** The caller is told within 5 s of the request (rule 2), also where a connection swallows everything; what is left is for the answer. */
const ANSWER_WITHIN_MS = 4_800;

/**
 * Runs a command; what it throws becomes a fault that the caller may be told, and so does that it takes too long
 * (rule 2). The signal then fires: what hasn't been handed over yet should no longer be.
 * @param remedy what is not known, and what to do about it
 * @param startedAt see `Commands`
 */
export async function withFaults<Result>(
  remedy: string,
  startedAt: number | undefined,
  command: (givenUp: AbortSignal) => Promise<Result>,
): Promise<Result> {
  try {
    return await boundedBy(timeLeft(startedAt), () => new UnavailableError(remedy), command);
  } catch (error) {
    throw faultOf(error, remedy) ?? error;
  }
}

/** What a caller may be told of it; undefined: nothing. */
export function faultOf(error: unknown, remedy: string): AppError | undefined {
  if (error instanceof AppError) return error;
  if (error instanceof MicroBatchFullError) return new UnavailableError('Too many are waiting. Try again.', error);
  if (error instanceof LogUnavailableError || isDatabaseAway(error)) return new UnavailableError(remedy, error);
  return undefined;
}

/** In milliseconds; at least 0, with which what comes next is given up at once. */
function timeLeft(startedAt: number | undefined): number {
  if (startedAt === undefined) return ANSWER_WITHIN_MS;
  return Math.max(0, startedAt + ANSWER_WITHIN_MS - performance.now());
}
