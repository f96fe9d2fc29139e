import { describe, expect, it } from 'vitest';
import { createMicroBatch, MicroBatchFullError } from '../../src/database/micro-batch.js';

describe('a micro-batch', () => {
  it('keeps one batch in flight and gathers the next meanwhile, each item answered for itself', async () => {
    const batches: number[][] = [];
    let inFlight = 0;
    const double = createMicroBatch<number, number>({
      sizeMax: 4,
      waitingMax: 100,
      async run(items) {
        expect((inFlight += 1)).toBe(1);
        batches.push([...items]);
        await new Promise((resolve) => setImmediate(resolve));
        inFlight -= 1;
        return items.map((item) => item * 2);
      },
    });
    const answers = await Promise.all([1, 2, 3, 4, 5, 6].map(double));
    expect(answers).toEqual([2, 4, 6, 8, 10, 12]);
    expect(batches).toEqual([
      [1, 2, 3, 4],
      [5, 6],
    ]);
    expect(await double(7)).toBe(14);
  });

  it('tells a failure to every item of its batch, and goes on', async () => {
    let isBroken = true;
    const echo = createMicroBatch<number, number>({
      ...{ sizeMax: 10, waitingMax: 10 },
      run: (items) => (isBroken ? Promise.reject(new Error('broken')) : Promise.resolve(items)),
    });
    const failed = await Promise.allSettled([echo(1), echo(2)]);
    expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    isBroken = false;
    expect(await echo(3)).toBe(3);
  });

  it('refuses what is beyond its bound', async () => {
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const slow = createMicroBatch<number, number>({
      ...{ sizeMax: 1, waitingMax: 2 },
      run: async (items) => {
        await gate;
        return items;
      },
    });
    const first = slow(1);
    await Promise.resolve();
    const [second, third] = [slow(2), slow(3)];
    await expect(slow(4)).rejects.toBeInstanceOf(MicroBatchFullError);
    release();
    expect(await Promise.all([first, second, third])).toEqual([1, 2, 3]);
  });
});
