import { hasPassed, type Vector } from '../kernel/cursor.js';
import type { WakeSignal } from '../../wake-signal.js';

/** Between two looks when no NOTIFY comes: several times within the 2 s that a query may wait. */
const LOOK_AGAIN_MS = 400;

export interface PositionWatch {
  /** Whether the stored positions have passed the vector, within `timeoutMs`. @throws when Postgres can't be asked */
  waitUntilPassed(goal: Vector, timeoutMs: number): Promise<boolean>;
}

/** @param isEnded no one waits any longer once it says so; fire `woken` with it */
export function createPositionWatch(deps: {
  readonly read: () => Promise<Vector>;
  readonly woken: WakeSignal;
  readonly isEnded: () => boolean;
}): PositionWatch {
  const { woken, isEnded } = deps;
  const readFresh = shareReads(deps.read);
  return {
    async waitUntilPassed(goal, timeoutMs) {
      const deadline = performance.now() + timeoutMs;
      for (;;) {
        const mark = woken.mark();
        const positions = await within(readFresh(), deadline - performance.now());
        if (positions !== undefined && hasPassed(positions, goal)) return true;
        const leftMs = deadline - performance.now();
        if (leftMs <= 0 || isEnded()) return false;
        await woken.wait(mark, Math.min(leftMs, LOOK_AGAIN_MS));
      }
    },
  };
}

/**
 * However many ask, one read runs and one more waits. Whoever asks gets a read that began after he asked: one that
 * was under way might have looked before his event was stored.
 */
export function shareReads<Result>(read: () => Promise<Result>): () => Promise<Result> {
  let running: Promise<Result> | undefined;
  let upcoming: Promise<Result> | undefined;
  const begin = () => {
    upcoming = undefined;
    const begun = read().finally(() => {
      if (running === begun) running = undefined;
    });
    running = begun;
    return begun;
  };
  return () => {
    if (running === undefined) return begin();
    upcoming ??= running.then(begin, begin);
    return upcoming;
  };
}

/** Undefined when the time is over first; the read's own end is then nobody's news any more. */
function within<Result>(reading: Promise<Result>, timeoutMs: number): Promise<Result | undefined> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(undefined), Math.max(0, timeoutMs));
    reading.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
