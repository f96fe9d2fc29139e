import { afterEach, describe, expect, it } from 'vitest';
import type { Caller } from '../../../src/access/caller.js';
import { createBudgets, type BudgetAsk, type Budgets } from '../../../src/access/limits/budgets.js';
import type { BudgetKind, Quota } from '../../../src/access/limits/quota.js';
import { AppError } from '../../../src/errors.js';
import { apiKeyIds, workspaceIds } from '../../../src/events/kernel/ids.js';
import { testLog } from '../../support/log.js';
import { sharedBucket } from './shared-bucket.js';

const DEFAULTS: Quota = {
  ...{ requestsPerSecond: 500, sendsPerSecond: 1_000, costPerSecond: 100_000 },
  ...{ sockets: 10, subscriptions: 10 },
};
const callerOf = (n: number, quota = {}): Caller => ({
  workspaceId: workspaceIds.fromUuid('0190b3a0-0000-7000-8000-000000000001'),
  keyId: apiKeyIds.fromUuid(`0190b3a0-0000-7000-8000-00000000010${n}`),
  ...{ scopes: new Set(), expiresAt: null, quota },
});
const caller = callerOf(1);

const running: Budgets[] = [];
afterEach(async () => {
  for (const one of running.splice(0)) await one.stop();
});

/** So many processes on one bucket, and a clock that stands. */
function processes(count: number) {
  let time = 1_000_000;
  const now = () => time;
  const bucket = sharedBucket(now);
  const refused: string[] = [];
  const budgets = Array.from({ length: count }, () => {
    const onRefused = (limit: string) => void refused.push(limit);
    return createBudgets({ lease: bucket.lease, defaults: DEFAULTS, logger: testLog, onRefused, now });
  });
  running.push(...budgets);
  return { budgets, bucket, refused, pass: (ms: number) => (time += ms) };
}

/** What was taken, or what it was refused with. */
async function take(budgets: Budgets | undefined, kind: BudgetKind, asked: Partial<BudgetAsk> = {}, who = caller) {
  try {
    return await budgets?.take(who, kind, { wanted: 1, withinMs: 1_000, ...asked });
  } catch (error) {
    if (error instanceof AppError) return { code: error.code, retryAfterMs: error.details.retryAfterMs };
    throw error;
  }
}
const takeMany = async (budgets: readonly Budgets[], count: number, who = caller): Promise<number> => {
  const answers = await Promise.all(
    Array.from({ length: count }, (_, n) => take(budgets[n % budgets.length], 'requests', {}, who)),
  );
  return answers.filter((answer) => answer === 1).length;
};

describe('the budget of a key', () => {
  it('is one for three processes, at once and second by second', async () => {
    const { budgets, pass } = processes(3);
    // What one of them leased and doesn't need another one misses until it is given back: a slice of 50 each.
    const first = await takeMany(budgets, 1_500);
    expect(first).toBeLessThanOrEqual(500);
    expect(first).toBeGreaterThanOrEqual(500 - 2 * 50);
    let taken = first;
    for (let second = 1; second <= 5; second += 1) {
      pass(1_000);
      taken += await takeMany(budgets, 1_500);
      expect(taken).toBeLessThanOrEqual(500 + second * 500);
    }
    expect(taken).toBeGreaterThanOrEqual(6 * 500 - 3 * 2 * 50);
  });

  it('is kept to the letter where it is small, and another key has its own', async () => {
    const { budgets } = processes(3);
    const slow = callerOf(2, { requestsPerSecond: 7 });
    expect(await takeMany(budgets, 100, slow)).toBe(7);
    expect(await takeMany(budgets, 100)).toBe(100);
  });

  it('says when there will be more, and by then there is', async () => {
    const { budgets, pass, refused } = processes(1);
    const slow = callerOf(2, { requestsPerSecond: 4 });
    await takeMany(budgets, 4, slow);
    expect(await take(budgets[0], 'requests', {}, slow)).toEqual({ code: 'RATE_LIMITED', retryAfterMs: 250 });
    expect(refused).toEqual(['requests']);
    pass(250);
    expect(await take(budgets[0], 'requests', {}, slow)).toBe(1);
  });

  it('asks the database for a slice at a time, and of whoever is refused only now and then', async () => {
    const { budgets, bucket, pass } = processes(1);
    for (let n = 0; n < 400; n += 1) {
      pass(1);
      expect(await take(budgets[0], 'requests')).toBe(1);
    }
    expect(bucket.asked.filter(({ kind }) => kind === 'requests').length).toBeLessThan(30);
    await takeMany(budgets, 1_000);
    const before = bucket.asked.length;
    for (let n = 0; n < 100; n += 1) {
      pass(0.1);
      await take(budgets[0], 'requests');
    }
    expect(bucket.asked.length - before).toBeLessThanOrEqual(3);
  });

  it('takes all or nothing of a cost, and gives a batch as many as there are', async () => {
    const { budgets, pass } = processes(2);
    const poor = callerOf(3, { costPerSecond: 1_000, sendsPerSecond: 100 });
    expect(await take(budgets[0], 'cost', { wanted: 20_000 }, poor)).toBe(20_000);
    // Neither process holds a part of it back from the other, or nobody could ever ask it.
    expect(await take(budgets[1], 'cost', { wanted: 20_000 }, poor)).toMatchObject({ code: 'RATE_LIMITED' });
    expect(await take(budgets[1], 'cost', { wanted: 3_000 }, poor)).toBe(3_000);
    pass(18_100);
    expect(await take(budgets[1], 'cost', { wanted: 20_000 }, poor)).toBe(20_000);
    expect(await take(budgets[0], 'sends', { wanted: 60, least: 1 }, poor)).toBe(60);
    expect(await take(budgets[0], 'sends', { wanted: 60, least: 1 }, poor)).toBe(40);
    expect(await take(budgets[0], 'sends', { wanted: 60, least: 1 }, poor)).toMatchObject({ code: 'RATE_LIMITED' });
  });

  it('tells what remains and when it is full again, and takes back what was not used', async () => {
    const { budgets, pass } = processes(1);
    const [own] = budgets;
    await take(own, 'cost', { wanted: 25_000 });
    expect(own?.remaining(caller, 'cost')).toEqual({ remaining: 975_000, fullInMs: 250 });
    own?.giveBack(caller, 'cost', 5_000);
    expect(own?.remaining(caller, 'cost').remaining).toBe(980_000);
    pass(1_000);
    expect(own?.remaining(caller, 'cost')).toEqual({ remaining: 1_000_000, fullInMs: 0 });
  });

  it('goes on with what is leased while the database is away, and then fails as it does', async () => {
    const { budgets, bucket } = processes(1);
    expect(await take(budgets[0], 'requests')).toBe(1);
    bucket.breakDown();
    for (let n = 0; n < 50; n += 1) expect(await take(budgets[0], 'requests')).toBe(1);
    await expect(take(budgets[0], 'requests')).rejects.toThrow('Connection terminated');
  });

  it('waits for the database no longer than it may', async () => {
    const silent = createBudgets({
      ...{ lease: () => new Promise(() => undefined), defaults: DEFAULTS, logger: testLog, onRefused: () => undefined },
    });
    await expect(take(silent, 'requests', { withinMs: 20 })).resolves.toMatchObject({ code: 'UNAVAILABLE' });
  });
});
