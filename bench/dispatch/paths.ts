import type { ComparedPath } from '../compared-path.js';
import { barePosts } from './bare-posts.js';
import { claim } from './claim.js';
import { dispatchMessages } from './dispatch.js';
import { healthyChannel } from './healthy-channel.js';

/** From a message that waits to its provider. */
export const DISPATCH_PATHS: readonly ComparedPath[] = [
  {
    name: 'dispatch',
    operation: 'a message from waiting until its outcome is stored and its events are in the log, against a bare POST',
    // CPU at most 6 times the floor's; missed today: docs/decisions/0015-figures-of-dispatch.md.
    target: { figure: 'cpu', ratioMin: 0.167 },
    needsPostgres: true,
    open: { ours: dispatchMessages, floor: barePosts },
  },
  {
    name: 'claim',
    operation: 'claiming 32 of many that wait (1,000,000 in full, else 200,000), against 32 of 1,000',
    target: { figure: 'latency', ratioMax: 1.5 },
    needsPostgres: true,
    open: { ours: (place) => claim(place, place.isFull ? 1_000_000 : 200_000), floor: (place) => claim(place, 1_000) },
  },
  {
    name: 'healthy-channel',
    operation: 'a send until its provider is called, beside a dead and a slow channel, against alone',
    target: { figure: 'latency', ratioMax: 1.5 },
    needsPostgres: true,
    open: { ours: (place) => healthyChannel(place, true), floor: (place) => healthyChannel(place, false) },
  },
];
