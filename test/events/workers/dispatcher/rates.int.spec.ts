import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../../../src/database/database.js';
import type { ChannelRate } from '../../../../src/providers/provider.js';
import { openClaimBench, type ClaimBench } from './claim-bench.js';

let bench: ClaimBench;
let database: Database;
beforeEach(async () => {
  bench = await openClaimBench();
  database = bench.openDatabase();
});
afterEach(() => bench.close());

const queue = async (count: number, channel = 1): Promise<void> => {
  for (let n = 1; n <= count; n += 1) await bench.queue(channel * 1_000 + n, { channel });
};

/** So slow that nothing flows in while a test runs. */
const glacial = (burst: number): ChannelRate => ({ perSecond: 0.000_001, burst });

describe('the rate of a channel', () => {
  it('rule 18: k dispatchers share it: three that claim at once never exceed it together', async () => {
    // So slow that what flows in while the test runs is next to nothing beside what passes by `pass`.
    const rate = { perSecond: 0.1, burst: 10 };
    const databases = [database, bench.openDatabase(), bench.openDatabase()];
    await queue(150);
    const begun = performance.now();
    await bench.openBucket(database, rate);
    let claimed = 0;
    const claimAll = async (from: Database) => {
      // Until twice in a row there was nothing: once it may have been another's turn.
      for (let empty = 0; empty < 2;) {
        const claims = await bench.claim(from, rate, { atMost: 7 });
        claimed += claims.length;
        empty = claims.length === 0 ? empty + 1 : 0;
      }
    };
    let passedSeconds = 0;
    const atMost = () => rate.burst + rate.perSecond * (passedSeconds + (performance.now() - begun) / 1_000);
    for (let step = 0; step < 20; step += 1) {
      await Promise.all(databases.map(claimAll));
      expect(claimed).toBeLessThanOrEqual(atMost());
      await bench.pass(50);
      passedSeconds += 50;
    }
    // And what there was didn't go to waste: 19 of the 20 steps were claimed from, up to a token that isn't whole yet.
    await Promise.all(databases.map(claimAll));
    expect(claimed).toBeGreaterThanOrEqual(rate.burst + rate.perSecond * passedSeconds - 1);
    expect(claimed).toBeLessThanOrEqual(atMost());
  });

  it('rule 18: three dispatchers that never rest keep to it within 5 % over a minute', async () => {
    const rate = { perSecond: 20, burst: 20 };
    const databases = [database, bench.openDatabase(), bench.openDatabase()];
    await bench.fill({ messages: 2_500, lanes: 2_500 });
    await bench.openBucket(database, rate);
    const drain = async (from: Database) => {
      let claimed = 0;
      for (let empty = 0; empty < 2;) {
        const { length } = await bench.claim(from, rate, { atMost: 7 });
        claimed += length;
        empty = length === 0 ? empty + 1 : 0;
      }
      return claimed;
    };
    const drainAll = async () => (await Promise.all(databases.map(drain))).reduce((sum, count) => sum + count, 0);
    // Without the burst that had gathered before.
    await drainAll();
    const begun = performance.now();
    let claimed = 0;
    const [steps, stepSeconds] = [120, 0.5];
    for (let step = 0; step < steps; step += 1) {
      await bench.pass(stepSeconds);
      claimed += await drainAll();
    }
    const seconds = steps * stepSeconds + (performance.now() - begun) / 1_000;
    expect(claimed / seconds / rate.perSecond).toBeGreaterThan(0.95);
    expect(claimed / seconds / rate.perSecond).toBeLessThan(1.05);
  });

  it('lets its burst through after a pause, and no more, however long that was', async () => {
    const rate = glacial(5);
    await queue(20);
    await bench.openBucket(database, rate);
    await bench.pass(365 * 86_400);
    expect(await bench.claim(database, rate)).toHaveLength(5);
    expect(await bench.claim(database, rate)).toHaveLength(0);
  });

  it('is debited by what was claimed: what was only asked for stays', async () => {
    const rate = glacial(10);
    await queue(3);
    await bench.openBucket(database, rate);
    expect(await bench.claim(database, rate)).toHaveLength(3);
    expect(await bench.tokens()).toBeCloseTo(7, 2);
    expect(await bench.claim(database, rate)).toHaveLength(0);
    expect(await bench.tokens()).toBeCloseTo(7, 2);
  });

  it('counts as it is now, not as it was when the row was made', async () => {
    await queue(20);
    await bench.openBucket(database, glacial(10));
    expect(await bench.claim(database, glacial(2))).toHaveLength(2);
    await bench.pass(1);
    expect(await bench.claim(database, { perSecond: 6, burst: 6 })).toHaveLength(6);
  });

  it('is no matter of other channels', async () => {
    await queue(3, 1);
    await queue(3, 2);
    await bench.openBucket(database, glacial(1), 1);
    await bench.openBucket(database, glacial(10), 2);
    expect(await bench.claim(database, glacial(1), { channel: 1 })).toHaveLength(1);
    expect(await bench.claim(database, glacial(1), { channel: 1 })).toHaveLength(0);
    expect(await bench.claim(database, glacial(10), { channel: 2 })).toHaveLength(3);
  });

  it('flows on after the database server was set back by an hour (F34)', async () => {
    const rate = { perSecond: 0.1, burst: 5 };
    await queue(20);
    await bench.openBucket(database, rate);
    expect(await bench.claim(database, rate, { atMost: 5 })).toHaveLength(5);
    await bench.pass(-3_600);
    await bench.claim(database, rate, { atMost: 1 });
    await bench.pass(50);
    expect((await bench.claim(database, rate)).length).toBeGreaterThanOrEqual(4);
  });

  it('is made once, by however many first claims', async () => {
    const rate = glacial(3);
    const databases = [database, bench.openDatabase(), bench.openDatabase()];
    await Promise.all(databases.map((each) => bench.openBucket(each, rate)));
    expect(await bench.tokens()).toBe(3);
  });
});
