import { AppError } from '../../errors.js';
import type { EventLog } from '../log/event-log.js';
import type { LiveFeed } from '../projections/live-feed-port.js';

const PROJECTION_WAIT_MS = 2_000;
const RETRY_AFTER_MS = 500;

/**
 * Looks once more behind what the log holds now. A client may name what an answer gave it a moment ago; only what isn't
 * there after the projection has caught up is unknown.
 */
export type FreshLookup = <Found>(find: () => Promise<Found | undefined>) => Promise<Found | undefined>;

export interface FreshLookupDeps {
  readonly log: Pick<EventLog, 'heads'>;
  readonly feed: Pick<LiveFeed, 'waitUntilPassed'>;
}

/** The lookup throws `NOT_YET_PROJECTED` when the projection doesn't catch up within 2 s. */
export function createFreshLookup({ log, feed }: FreshLookupDeps): FreshLookup {
  return async (find) => {
    const found = await find();
    if (found !== undefined) return found;
    const hasPassed = await feed.waitUntilPassed(await log.heads('events'), PROJECTION_WAIT_MS);
    if (!hasPassed)
      throw new AppError('NOT_YET_PROJECTED', 'What was just recorded is not readable yet. Try again.', {
        retryAfterMs: RETRY_AFTER_MS,
      });
    return find();
  };
}
