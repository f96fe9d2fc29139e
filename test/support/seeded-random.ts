import { randomInt } from 'node:crypto';

/** Chance that a run can repeat: the same seed makes the same choices in the same order. */
export interface SeededRandom {
  readonly seed: number;
  /** At least 0, below 1. */
  next(): number;
  /** A whole number, both bounds included. */
  between(least: number, most: number): number;
  pick<Item>(items: readonly [Item, ...Item[]]): Item;
  shuffle<Item>(items: readonly Item[]): Item[];
}

/** Of `PARLEY_FAULTS_SEED`, else of chance; printed, so that what failed can be done again. */
export function announcedSeed(what: string): number {
  const seed = Number(process.env['PARLEY_FAULTS_SEED'] ?? randomInt(2 ** 31));
  if (!Number.isSafeInteger(seed)) throw new Error('PARLEY_FAULTS_SEED is not a whole number.');
  console.log(`${what}: PARLEY_FAULTS_SEED=${seed}`);
  return seed;
}

export function createSeededRandom(seed: number): SeededRandom {
  let state = seed >>> 0;
  // Mulberry32: 32 bits of state are plenty for choosing faults.
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (least: number, most: number) => least + Math.floor(next() * (most - least + 1));
  return {
    ...{ seed, next, between },
    pick: (items) => items[between(0, items.length - 1)] ?? items[0],
    shuffle(items) {
      const left = [...items];
      return items.flatMap(() => left.splice(between(0, left.length - 1), 1));
    },
  };
}
