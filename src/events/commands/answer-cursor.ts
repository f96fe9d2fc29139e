import type { Vector } from '../kernel/cursor.js';
import type { AppendedPosition } from '../log/event-log.js';

/** A mutation's cursor: the instance's tail with the written partitions raised (design §7). */
export function raiseCursor(tail: Vector, written: readonly AppendedPosition[]): Vector {
  const raised = [...tail];
  for (const { partition, offset } of written) {
    const before = raised[partition];
    if (before !== undefined && before <= offset) raised[partition] = offset + 1n;
  }
  return raised;
}
