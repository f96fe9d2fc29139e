import { AppError } from '../errors.js';
import type { Vector } from '../events/kernel/cursor.js';
import type { Moment } from '../events/queries/finders.js';
import type { RequestContext } from './context.js';
import { createLoaders, type Loaders } from './loaders.js';
import { viewOf } from './view.js';

/** How long what is reached through a new message waits for the projection. */
const PROJECTION_WAIT_MS = 2_000;
const RETRY_AFTER_MS = 500;

/** By request, then by what it waits for: the messages of a batch wait once, and load together. */
const known = new WeakMap<RequestContext, Map<Vector, Promise<Loaders>>>();

/** What a message is reached by: as it was just sent, as of a moment, or as it is now. */
export interface Reach {
  readonly readAfter?: Vector | undefined;
  readonly asOf?: Moment | undefined;
}

/**
 * Loaders that see what a command of this request wrote, or what there was at the moment.
 * @throws AppError NOT_YET_PROJECTED: what could not be read is told, and not taken for what isn't there
 */
export function loadersBehind({ readAfter, asOf }: Reach, context: RequestContext): Promise<Loaders> {
  if (asOf !== undefined) return Promise.resolve(viewOf(asOf, context).loaders);
  if (readAfter === undefined) return Promise.resolve(context.loaders);
  const ofRequest = known.get(context) ?? new Map<Vector, Promise<Loaders>>();
  known.set(context, ofRequest);
  const loaders = ofRequest.get(readAfter) ?? waitFor(readAfter, context);
  ofRequest.set(readAfter, loaders);
  return loaders;
}

async function waitFor(readAfter: Vector, { feed, finders, caller }: RequestContext): Promise<Loaders> {
  if (await feed.waitUntilPassed(readAfter, PROJECTION_WAIT_MS)) return createLoaders(finders, caller.workspaceId);
  throw new AppError('NOT_YET_PROJECTED', 'It was recorded, and what belongs to it is not readable yet.', {
    retryAfterMs: RETRY_AFTER_MS,
  });
}
