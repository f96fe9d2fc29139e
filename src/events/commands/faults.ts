import { isDatabaseAway } from '../../database/errors.js';
import { MicroBatchFullError } from '../../database/micro-batch.js';
import { AppError, UnavailableError } from '../../errors.js';
import { LogUnavailableError } from '../log/event-log.js';

/**
 * Runs a command; what it throws becomes a fault that the caller may be told (rule 2).
 * @param remedy what is not known, and what to do about it
 */
export async function withFaults<Result>(remedy: string, command: () => Promise<Result>): Promise<Result> {
  try {
    return await command();
  } catch (error) {
    if (error instanceof AppError) throw error;
    if (error instanceof MicroBatchFullError) throw new UnavailableError('Too many are waiting. Try again.', error);
    if (error instanceof LogUnavailableError || isDatabaseAway(error)) throw new UnavailableError(remedy, error);
    throw error;
  }
}
