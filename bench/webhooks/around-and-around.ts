import type { Side } from '../compared-path.js';

/**
 * Does all of it, around and around. Each time around is timed as a whole: a look at the watch for each would be charged to
 * it.
 * @param operations that all of it counts for; default: each is one
 */
export function aroundAndAround(all: readonly (() => unknown)[], operations = all.length): Side {
  return {
    work(milliseconds) {
      const latenciesMs: number[] = [];
      let now = performance.now();
      for (const until = now + milliseconds; now < until;) {
        const startedAt = now;
        for (const one of all) one();
        now = performance.now();
        latenciesMs.push((now - startedAt) / operations);
      }
      return Promise.resolve({ operations: latenciesMs.length * operations, latenciesMs });
    },
    close: () => Promise.resolve(),
  };
}
