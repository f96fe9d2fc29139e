import type { Database } from '../../database/database.js';
import { pause } from '../../lifecycle.js';
import type { Vector } from '../kernel/cursor.js';
import { readStoredPositions } from './journal.js';

const LOOK_EVERY_MS = 100;
/** A projector that has folded nothing for so long isn't there, or stopped. */
export const STANDSTILL_MS = 60_000;

export interface AwaitReadModelsOptions {
  readonly standstillMs: number;
  readonly signal: AbortSignal;
}

/**
 * Waits until the read models have read the log up to a vector. @returns false: they stand still before it
 * @throws the signal's reason
 */
export async function awaitReadModels(
  { orm }: Pick<Database, 'orm'>,
  vector: Vector,
  { standstillMs, signal }: AwaitReadModelsOptions,
): Promise<boolean> {
  let before: Vector | undefined;
  let movedAt = performance.now();
  for (;;) {
    signal.throwIfAborted();
    const stored = await readStoredPositions(orm, vector.length);
    if (vector.every((offset, partition) => (stored[partition] ?? 0n) >= offset)) return true;
    if (before?.some((offset, partition) => stored[partition] !== offset)) movedAt = performance.now();
    if (performance.now() - movedAt > standstillMs) return false;
    before = stored;
    await pause(LOOK_EVERY_MS, signal);
  }
}
