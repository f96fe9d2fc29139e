import type { ComparedPath } from './compared-path.js';
import { barePosts } from './dispatch/bare-posts.js';
import { claim } from './dispatch/claim.js';
import { dispatchMessages } from './dispatch/dispatch.js';
import { healthyChannel } from './dispatch/healthy-channel.js';
import { appendThroughPort } from './kafka/append-through-port.js';
import { consumeRaw } from './kafka/consume-raw.js';
import { consumeThroughPort } from './kafka/consume-through-port.js';
import { sendRaw } from './kafka/send-raw.js';

/** Everything that is measured, in this order. */
export const PATHS: readonly ComparedPath[] = [
  {
    name: 'append-64',
    operation: 'append of 64 callers, against raw sends of 64 records',
    target: { figure: 'cpu', ratioMin: 0.85 },
    open: { ours: (place) => appendThroughPort(place, 64), floor: (place) => sendRaw(place, 64) },
  },
  {
    name: 'append-512',
    operation: 'append of 512 callers, against raw sends of 500 records',
    target: { figure: 'cpu', ratioMin: 0.8 },
    open: { ours: (place) => appendThroughPort(place, 512), floor: (place) => sendRaw(place, 500) },
  },
  {
    name: 'consume',
    operation: 'append until the handler is called, against raw send until eachBatch',
    target: { figure: 'latency', ratioMax: 2 },
    open: { ours: consumeThroughPort, floor: consumeRaw },
  },
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
    operation: 'claiming 32 of 1,000,000 that wait, against 32 of 1,000',
    target: { figure: 'latency', ratioMax: 1.5 },
    needsPostgres: true,
    open: { ours: (place) => claim(place, 1_000_000), floor: (place) => claim(place, 1_000) },
  },
  {
    name: 'healthy-channel',
    operation: 'a send until its provider is called, beside a dead and a slow channel, against alone',
    target: { figure: 'latency', ratioMax: 1.5 },
    needsPostgres: true,
    open: { ours: (place) => healthyChannel(place, true), floor: (place) => healthyChannel(place, false) },
  },
];
