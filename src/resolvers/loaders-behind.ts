import type { Vector } from '../events/kernel/cursor.js';
import type { RequestContext } from './context.js';
import { createLoaders, type Loaders } from './loaders.js';

/** How long what is reached through a new message waits for the projection. */
const PROJECTION_WAIT_MS = 2_000;

/** By request, then by what it waits for: the messages of a batch wait once, and load together. */
const known = new WeakMap<RequestContext, Map<Vector, Promise<Loaders | undefined>>>();

/** Loaders that see what a command of this request wrote; undefined when the projection takes too long. */
export function loadersBehind(readAfter: Vector | undefined, context: RequestContext): Promise<Loaders | undefined> {
  if (readAfter === undefined) return Promise.resolve(context.loaders);
  const ofRequest = known.get(context) ?? new Map<Vector, Promise<Loaders | undefined>>();
  known.set(context, ofRequest);
  const loaders = ofRequest.get(readAfter) ?? waitFor(readAfter, context);
  ofRequest.set(readAfter, loaders);
  return loaders;
}

async function waitFor(readAfter: Vector, { feed, finders, caller }: RequestContext): Promise<Loaders | undefined> {
  const isProjected = await feed.waitUntilPassed(readAfter, PROJECTION_WAIT_MS);
  return isProjected ? createLoaders(finders, caller.workspaceId) : undefined;
}
