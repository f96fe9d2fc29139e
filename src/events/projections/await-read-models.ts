import type { Database } from '../../database/database.js';
import { pause } from '../../lifecycle.js';
import type { Vector } from '../kernel/cursor.js';
import { readStoredPositions } from './journal.js';

const LOOK_EVERY_MS = 100;
/** A projector that has folded nothing for so long isn't there, or stopped. */
const STANDSTILL_MS_MAX = 60_000;

/**
 * Waits until the read models have read the log up to a vector. @returns false: they stand still before it
 * @throws the signal's reason
 */
export async function awaitReadModels({ orm }: Database, vector: Vector, signal: AbortSignal): Promise<boolean> {
  let before: Vector | undefined;
  let movedAt = performance.now();
  for (;;) {
    signal.throwIfAborted();
    const stored = await readStoredPositions(orm, vector.length);
    if (vector.every((offset, partition) => (stored[partition] ?? 0n) >= offset)) return true;
    if (before?.some((offset, partition) => stored[partition] !== offset)) movedAt = performance.now();
    if (performance.now() - movedAt > STANDSTILL_MS_MAX) return false;
    before = stored;
    await pause(LOOK_EVERY_MS, signal);
  }
}
