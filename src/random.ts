/** Numbers in [0, 1): the same seed gives the same row. */
export type Random = () => number;

/** mulberry32: 32 bits of state are plenty for delays. @param seed an integer */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** @param range smallest and largest, both in milliseconds */
export const delayWithin = (random: Random, [least, most]: readonly [number, number]): number =>
  Math.round(least + random() * (most - least));
