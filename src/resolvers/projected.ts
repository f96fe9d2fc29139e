import { AppError } from '../errors.js';
import type { Vector } from '../events/kernel/cursor.js';
import type { LiveFeed } from '../events/projections/live-feed-port.js';

/** How long a query waits until the read models have passed a cursor that it names. */
const WAIT_MS = 2_000;
const RETRY_AFTER_MS = 500;

/** Waits until what a cursor has seen can be queried. @throws AppError NOT_YET_PROJECTED */
export async function waitUntilProjected(feed: Pick<LiveFeed, 'waitUntilPassed'>, vector: Vector): Promise<void> {
  if (await feed.waitUntilPassed(vector, WAIT_MS)) return;
  throw new AppError('NOT_YET_PROJECTED', 'What that cursor has seen cannot be queried yet. Try again in a moment.', {
    retryAfterMs: RETRY_AFTER_MS,
  });
}
