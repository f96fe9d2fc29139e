import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../../src/database/database.js';
import { openDatabase } from '../../../src/database/open-database.js';
import {
  createPositionStore,
  createReadPositionStore,
  StalePositionError,
  type PositionStore,
} from '../../../src/events/log/positions.js';
import { cloneDatabase, type ClonedDatabase } from '../../support/database.js';
import { testLog } from '../../support/log.js';

let cloned: ClonedDatabase;
let database: Database;

beforeAll(async () => {
  cloned = await cloneDatabase();
  database = openDatabase(cloned.url, testLog);
});

afterAll(async () => {
  await database.close();
  await cloned.drop();
});

describe.each([
  ['work.positions', () => createPositionStore('dispatcher', 'events')],
  ['read.positions', () => createReadPositionStore()],
])('positions in %s (rule 10)', (_, open: () => PositionStore) => {
  const store = open();
  const advance = (partition: number, readFrom: bigint, nextOffset: bigint) =>
    database.transaction((tx) => store.advance(tx, { partition, readFrom, nextOffset }));

  it('rule 10: starts at zero, and moves from where the consumer read', async () => {
    expect(await store.load(database.orm, 3)).toEqual([0n, 0n, 0n]);
    await advance(1, 0n, 5n);
    await advance(1, 5n, 9_007_199_254_740_993n);
    expect(await store.load(database.orm, 3)).toEqual([0n, 9_007_199_254_740_993n, 0n]);
  });

  it('rule 10: a position that somebody else moved is not ours to commit', async () => {
    await advance(2, 0n, 10n);
    await expect(advance(2, 0n, 4n)).rejects.toThrow(StalePositionError);
    await expect(advance(2, 4n, 12n)).rejects.toThrow(StalePositionError);
    expect((await store.load(database.orm, 3))[2]).toBe(10n);
  });

  it('rule 10: of two that read the same batch one commits, and the effect of the other is undone', async () => {
    const both = await Promise.allSettled([advance(0, 0n, 7n), advance(0, 0n, 7n)]);
    expect(both.map((one) => one.status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect((await store.load(database.orm, 3))[0]).toBe(7n);
  });

  it('rule 10: several partitions move together or not at all', async () => {
    const before = await store.load(database.orm, 3);
    const step = (partition: number, readFrom = before[partition] ?? 0n) => ({
      ...{ partition, readFrom, nextOffset: readFrom + 5n },
    });
    const advanceAll = (...steps: readonly ReturnType<typeof step>[]) =>
      database.transaction((tx) => store.advanceAll(tx, steps));
    await expect(advanceAll(step(2), step(0), step(1, 1n))).rejects.toThrow(StalePositionError);
    expect(await store.load(database.orm, 3)).toEqual(before);
    // In whatever order they are named: nobody waits in a circle, and of two that read the same one commits.
    const both = await Promise.allSettled([advanceAll(step(2), step(0)), advanceAll(step(0), step(1), step(2))]);
    expect(both.map((one) => one.status).toSorted()).toEqual(['fulfilled', 'rejected']);
    const [after0, , after2] = await store.load(database.orm, 3);
    expect([after0, after2]).toEqual([step(0).nextOffset, step(2).nextOffset]);
  });

  it('rule 10: several first batches make their rows, and one that is made already is stale', async () => {
    const step = (partition: number) => ({ partition, readFrom: 0n, nextOffset: 3n });
    await database.transaction((tx) => store.advanceAll(tx, [step(5), step(4)]));
    expect((await store.load(database.orm, 6)).slice(3)).toEqual([0n, 3n, 3n]);
    const again = database.transaction((tx) => store.advanceAll(tx, [step(4), step(3)]));
    await expect(again).rejects.toThrow(StalePositionError);
    expect((await store.load(database.orm, 6)).slice(3)).toEqual([0n, 3n, 3n]);
  });

  it('rule 10: moves with the effect or not at all', async () => {
    const before = await store.load(database.orm, 3);
    const work = database.transaction(async (tx) => {
      await store.advance(tx, { partition: 0, readFrom: before[0] ?? 0n, nextOffset: 99n });
      throw new Error('the effect failed');
    });
    await expect(work).rejects.toThrow('the effect failed');
    expect(await store.load(database.orm, 3)).toEqual(before);
  });
});

it('rule 10: consumers and topics do not share positions', async () => {
  const stores = [
    createPositionStore('interpreter', 'webhooks'),
    createPositionStore('interpreter', 'events'),
  ] as const;
  await database.transaction((tx) => stores[0].advance(tx, { partition: 0, readFrom: 0n, nextOffset: 3n }));
  expect(await stores[0].load(database.orm, 1)).toEqual([3n]);
  expect(await stores[1].load(database.orm, 1)).toEqual([0n]);
});
