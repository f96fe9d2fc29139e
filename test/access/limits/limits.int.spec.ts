import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Caller } from '../../../src/access/caller.js';
import { createBudgets, leaseFrom } from '../../../src/access/limits/budgets.js';
import { leaseTokens, type LeaseAsk } from '../../../src/access/limits/lease-rows.js';
import type { Quota } from '../../../src/access/limits/quota.js';
import { createSlots, type Slots } from '../../../src/access/limits/slots.js';
import type { Database } from '../../../src/database/database.js';
import { openDatabase } from '../../../src/database/open-database.js';
import { apiKeyIds, workspaceIds, type ApiKeyId } from '../../../src/events/kernel/ids.js';
import { pause } from '../../../src/lifecycle.js';
import { cloneDatabase, type ClonedDatabase } from '../../support/database.js';
import { eventually } from '../../support/eventually.js';
import { testLog } from '../../support/log.js';

let clone: ClonedDatabase;
let database: Database;
beforeAll(async () => {
  clone = await cloneDatabase();
  database = openDatabase(clone.url, testLog);
});
afterAll(async () => {
  await database.close();
  await clone.drop();
});

const defaults: Quota = {
  ...{ requestsPerSecond: 200, sendsPerSecond: 1_000, costPerSecond: 100_000 },
  ...{ sockets: 10, subscriptions: 500 },
};
const newKey = (): ApiKeyId => apiKeyIds.fromUuid(uuidv7());
const newCaller = (): Caller => ({
  ...{ workspaceId: workspaceIds.fromUuid(uuidv7()), keyId: newKey(), scopes: new Set(), expiresAt: null },
});
const deps = () => ({ defaults, logger: testLog, onRefused: () => undefined });

describe('a lease', () => {
  const ask = (keyId: ApiKeyId, need: number, more: number, perSecond = 1, burst = 100): LeaseAsk => ({
    ...{ keyId, kind: 'requests', need, more, rate: { perSecond, burst } },
  });

  it('grants all that is needed or nothing, more where there is more, and takes back; each bucket by itself', async () => {
    const [one, other] = [newKey(), newKey()];
    const leased = await leaseTokens(database, [ask(one, 30, 20), ask(other, 101, 0)]);
    expect(leased.map(({ granted }) => granted)).toEqual([50, 0]);
    const [short, rest] = await leaseTokens(database, [ask(one, 60, 0), ask(other, 90, 20)]);
    expect(short?.granted).toBe(0);
    expect(rest?.granted).toBe(100);
    const [given] = await leaseTokens(database, [ask(one, 0, -25)]);
    expect(given?.left).toBeCloseTo(75, 0);
    const [last] = await leaseTokens(database, [ask(one, 0, 1_000)]);
    expect(last?.granted).toBe(75);
  });

  it('flows in by the clock of the database, up to what the bucket holds, also when that clock was set back', async () => {
    const keyId = newKey();
    await leaseTokens(database, [ask(keyId, 100, 0, 10)]);
    const age = (interval: string) =>
      database.pool.query('update work.key_budgets set refilled_at = clock_timestamp() + $2 where api_key_id = $1', [
        apiKeyIds.toUuid(keyId),
        interval,
      ]);
    await age('-4 seconds');
    expect((await leaseTokens(database, [ask(keyId, 0, 1_000, 10)]))[0]?.granted).toBe(40);
    await age('-1 hour');
    expect((await leaseTokens(database, [ask(keyId, 0, 1_000, 10)]))[0]?.granted).toBe(100);
    await age('1 hour');
    await leaseTokens(database, [ask(keyId, 0, 1_000, 10)]);
    await pause(300);
    const [after] = await leaseTokens(database, [ask(keyId, 0, 1_000, 10)]);
    expect(after?.granted).toBeGreaterThanOrEqual(2);
    expect(after?.granted).toBeLessThan(100);
  });
});

describe('the budget of a key in PostgreSQL', () => {
  it('is one for three processes that are asked at once, whoever asks whom', async () => {
    const budgets = Array.from({ length: 3 }, () => createBudgets({ ...deps(), lease: leaseFrom(database) }));
    const caller = newCaller();
    const begun = performance.now();
    let [taken, refused] = [0, 0];
    const takeOne = async (n: number) => {
      try {
        const got = await budgets[n % 3]?.take(caller, 'requests', { wanted: 1, withinMs: 5_000 });
        taken += got ?? 0;
      } catch (error) {
        expect(error).toMatchObject({ code: 'RATE_LIMITED' });
        refused += 1;
      }
    };
    const flood = async (n: number) => {
      while (performance.now() - begun < 1_000 || refused < 100) {
        await Promise.all(Array.from({ length: 10 }, () => takeOne(n)));
        await pause(2);
      }
    };
    await Promise.all(Array.from({ length: 30 }, (_, n) => flood(n)));
    const seconds = (performance.now() - begun) / 1_000;
    expect(taken).toBeLessThanOrEqual(200 + 200 * seconds);
    // Two of them may each hold a slice that the third one misses.
    expect(taken).toBeGreaterThanOrEqual(200 - 2 * 20);
    await Promise.all(budgets.map((one) => one.stop()));
  });
});

describe('what a key holds open', () => {
  const LONG_MS = 30_000;
  const slotsOf = (count: number): readonly Slots[] =>
    Array.from({ length: count }, () => createSlots({ ...deps(), database }));
  const takeAll = (slots: readonly Slots[], caller: Caller, count: number, kind: 'sockets' | 'subscriptions') =>
    Promise.all(
      Array.from({ length: count }, async (_, n) =>
        slots[n % slots.length]?.take(caller, kind, LONG_MS).catch(() => undefined),
      ),
    ).then((taken) => taken.filter((letGo) => letGo !== undefined));

  it('is never more than it may over all processes, and what is let go another one takes', async () => {
    const slots = slotsOf(3);
    const caller = newCaller();
    const taken = await takeAll(slots, caller, 60, 'sockets');
    expect(taken).toHaveLength(10);
    await expect(slots[0]?.take(caller, 'sockets', LONG_MS)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    // Twice is once.
    taken[0]?.();
    taken[0]?.();
    const again = await takeAll(slots, caller, 3, 'sockets');
    expect(again.length).toBeLessThanOrEqual(1);
    expect(await takeAll(slots, newCaller(), 60, 'sockets')).toHaveLength(10);
    await Promise.all(slots.map((one) => one.stop()));
  });

  it('is held in blocks where it is much: up to a block for each process below the limit, never above', async () => {
    const slots = slotsOf(3);
    const caller = newCaller();
    const taken = await takeAll(slots, caller, 900, 'subscriptions');
    expect(taken.length).toBeLessThanOrEqual(500);
    expect(taken.length).toBeGreaterThanOrEqual(500 - 3 * 10);
    await Promise.all(slots.map((one) => one.stop()));
  });

  it('is refused in time where Postgres is silent, and counted once it answers', async () => {
    const [slots] = slotsOf(1);
    const caller = newCaller();
    const holder = await database.pool.connect();
    try {
      await holder.query('begin');
      await holder.query(`select pg_advisory_xact_lock(hashtextextended($1, 0))`, [
        `parley slots sockets ${apiKeyIds.toUuid(caller.keyId)}`,
      ]);
      await expect(slots?.take(caller, 'sockets', 20)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    } finally {
      await holder.query('rollback');
      holder.release();
    }
    expect(await takeAll(slots === undefined ? [] : [slots], caller, 60, 'sockets')).toHaveLength(10);
    await slots?.stop();
  });

  it('ends with the process: at once by its stop, or when it has said nothing for long', async () => {
    const [stopped, dead, heir] = slotsOf(3);
    const caller = newCaller();
    if (!stopped || !dead || !heir) throw new Error('There are three.');
    await takeAll([stopped], caller, 6, 'sockets');
    await takeAll([dead], caller, 4, 'sockets');
    expect(await takeAll([heir], caller, 1, 'sockets')).toHaveLength(0);
    await stopped.stop();
    let taken = 0;
    const untilTaken = (count: number) =>
      eventually(async () => {
        taken += (await takeAll([heir], caller, 10, 'sockets')).length;
        expect(taken).toBe(count);
      });
    await untilTaken(6);
    await database.pool.query(`update work.key_slots set held_until = now() - interval '1 second' where count = 4`);
    await untilTaken(10);
    await Promise.all([heir.stop(), dead.stop()]);
  });
});
