import { AppError } from '../../errors.js';
import type { Vector } from '../kernel/cursor.js';
import type { EventLog } from '../log/event-log.js';
import type { LiveFeed } from '../projections/live-feed-port.js';

const PROJECTION_WAIT_MS = 2_000;
const RETRY_AFTER_MS = 500;

/**
 * Looks once more behind what the log holds now. A client may name what an answer gave it a moment ago; only what isn't
 * there after the projection has caught up is unknown.
 */
export type FreshLookup = <Found>(find: () => Promise<Found | undefined>) => Promise<Found | undefined>;

/**
 * Waits until the read models have everything that the log holds under a key now: whoever decides by what he reads then,
 * decides by all that was answered before he asked, on whichever instance.
 */
export type Settle = (key: string) => Promise<void>;

export interface FreshLookupDeps {
  readonly log: Pick<EventLog, 'heads'>;
  readonly feed: Pick<LiveFeed, 'waitUntilPassed'>;
}

/** The lookup throws `NOT_YET_PROJECTED` when the projection doesn't catch up within 2 s. */
export function createFreshLookup({ log, feed }: FreshLookupDeps): FreshLookup {
  return async (find) => {
    const found = await find();
    if (found !== undefined) return found;
    await requirePassed(feed, await log.heads('events'));
    return find();
  };
}

/** It throws `NOT_YET_PROJECTED` when the projection doesn't catch up within 2 s. */
export function createSettle({ log, feed }: FreshLookupDeps & { readonly log: Pick<EventLog, 'partitionOf'> }): Settle {
  return async (key) => {
    const heads = await log.heads('events');
    const home = log.partitionOf(key);
    await requirePassed(
      feed,
      heads.map((head, partition) => (partition === home ? head : 0n)),
    );
  };
}

async function requirePassed(feed: FreshLookupDeps['feed'], vector: Vector): Promise<void> {
  if (await feed.waitUntilPassed(vector, PROJECTION_WAIT_MS)) return;
  throw new AppError('NOT_YET_PROJECTED', 'What was just recorded is not readable yet. Try again.', {
    retryAfterMs: RETRY_AFTER_MS,
  });
}
