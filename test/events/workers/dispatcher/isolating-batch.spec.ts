import { describe, expect, it } from 'vitest';
import { createIsolatingBatch } from '../../../../src/events/workers/dispatcher/isolating-batch.js';

describe('isolating batch', () => {
  it('gathers what comes while one run is under way, in order and within its bound', async () => {
    const runs: number[][] = [];
    const batch = createIsolatingBatch<number, number>({
      async run(items) {
        runs.push([...items]);
        await new Promise((resolve) => setImmediate(resolve));
        return items.map((item) => item * 2);
      },
      sizeMax: 3,
      isShared: () => false,
    });
    const results = await Promise.all([1, 2, 3, 4, 5].map((item) => batch(item)));
    expect(results).toEqual([2, 4, 6, 8, 10]);
    expect(runs).toEqual([
      [1, 2, 3],
      [4, 5],
    ]);
    expect(await batch(6)).toBe(12);
  });

  it('one item that fails spares the others; what is of the surroundings fails all', async () => {
    let isAway = false;
    const batch = createIsolatingBatch<number, number>({
      async run(items) {
        if (isAway) throw new Error('away');
        if (items.includes(2)) throw new Error('two');
        return items;
      },
      sizeMax: 10,
      isShared: () => isAway,
    });
    const ended = () => Promise.allSettled([1, 2, 3].map((item) => batch(item)));
    expect((await ended()).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    isAway = true;
    expect((await ended()).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  });
});
