import type { EventPosition } from './event.js';

/** Below zero when `a` stands before `b`. Only positions of one partition say which came first. */
export function comparePositions(a: EventPosition, b: EventPosition): number {
  if (a.partition !== b.partition) return a.partition - b.partition;
  return a.offset === b.offset ? 0 : a.offset < b.offset ? -1 : 1;
}
