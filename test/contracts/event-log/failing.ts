import { expect, it } from 'vitest';
import {
  FatalConsumerError,
  LogUnavailableError,
  type AppendedPosition,
  type LogRecord,
} from '../../../src/events/log/event-log.js';
import { collectRecords } from '../../support/collect-records.js';
import { eventually } from '../../support/eventually.js';
import {
  fromBeginning,
  keysOfTwoPartitions,
  nameOf,
  numberOf,
  record,
  sum,
  type LogUnderTest,
} from './log-under-test.js';

export function failing(under: () => LogUnderTest): void {
  it('hands a batch over again whose handler threw, and tells of it', async () => {
    const { log } = under();
    await log.append('events', record('a', 1));
    const errors: unknown[] = [];
    const done: number[] = [];
    const consumer = await log.consume({
      ...fromBeginning,
      onError: (error) => errors.push(error),
      handle(batch) {
        if (errors.length < 3) throw new Error(`try ${errors.length + 1}`);
        done.push(...batch.records.map(numberOf));
        return Promise.resolve();
      },
    });
    await eventually(() => expect(done).toEqual([1]));
    expect(errors.map((error) => (error instanceof Error ? error.message : ''))).toEqual(['try 1', 'try 2', 'try 3']);
    await consumer.stop();
  });

  it('does not skip what a consumer from the end failed on', async () => {
    const { log } = under();
    const done: number[] = [];
    let failures = 0;
    const consumer = await log.consume({
      ...fromBeginning,
      startAt: () => Promise.resolve('end'),
      handle(batch) {
        if (failures < 2) return Promise.reject(new Error(`failure ${(failures += 1)}`));
        done.push(...batch.records.map(numberOf));
        return Promise.resolve();
      },
    });
    await log.append('events', record('a', 1));
    await eventually(() => expect(done).toEqual([1]));
    await consumer.stop();
  });

  it('goes on from where startAt says after a failure', async () => {
    const { log } = under();
    for (let n = 0; n < 5; n += 1) await log.append('events', record('a', n));
    const partition = log.partitionOf('a');
    const stored = new Array<bigint>(log.partitionCount).fill(0n);
    const done: number[] = [];
    const consumer = await log.consume({
      ...fromBeginning,
      startAt: () => Promise.resolve([...stored]),
      handle(batch) {
        if (batch.readFrom === 0n) {
          // As if another process had committed the first three meanwhile.
          stored[partition] = 3n;
          return Promise.reject(new Error('stale'));
        }
        done.push(...batch.records.map(numberOf));
        return Promise.resolve();
      },
    });
    await eventually(() => expect(done).toEqual([3, 4]));
    await consumer.stop();
  });

  it('reads again from stored positions that went back, though nothing new comes', { timeout: 30_000 }, async () => {
    const { log } = under();
    for (let n = 0; n < 5; n += 1) await log.append('events', record('a', n));
    const stored = new Array<bigint>(log.partitionCount).fill(0n);
    const done: number[] = [];
    const errors: unknown[] = [];
    const consumer = await log.consume({
      ...fromBeginning,
      startAt: () => Promise.resolve([...stored]),
      onError: (error) => errors.push(error),
      handle(batch) {
        if (stored[batch.partition] !== batch.readFrom) return Promise.reject(new Error('stale'));
        stored[batch.partition] = batch.nextOffset;
        done.push(...batch.records.map(numberOf));
        return Promise.resolve();
      },
    });
    await eventually(() => expect(done).toEqual([0, 1, 2, 3, 4]));
    // As after a restore, or after a crash that lost the last commits.
    stored[log.partitionOf('a')] = 3n;
    await eventually(() => expect(done).toEqual([0, 1, 2, 3, 4, 3, 4]), { timeoutMs: 20_000 });
    expect(errors).toEqual([expect.objectContaining({ name: 'PositionWentBackError' })]);
    await consumer.stop();
  });

  it('lets a failing partition hold up no other', async () => {
    const { log } = under();
    const [bad, good] = keysOfTwoPartitions(log);
    const done: (string | null)[] = [];
    const consumer = await log.consume({
      ...fromBeginning,
      handle(batch) {
        if (batch.partition === log.partitionOf(bad)) throw new Error('always');
        done.push(...batch.records.map((found) => found.key));
        return Promise.resolve();
      },
    });
    await log.append('events', record(bad, 1));
    await log.append('events', record(good, 2));
    await eventually(() => expect(done).toEqual([good]));
    await consumer.stop();
  });

  it('stops and says so when the handler throws what must not be retried', async () => {
    const { log } = under();
    await log.append('events', record('a', 1));
    let calls = 0;
    const consumer = await log.consume({
      ...fromBeginning,
      handle() {
        calls += 1;
        return Promise.reject(new FatalConsumerError('the fold threw'));
      },
    });
    await expect(consumer.closed).rejects.toThrow('the fold threw');
    await log.append('events', record('b', 2));
    await consumer.stop();
    expect(calls).toBe(1);
  });

  it('answers within 5 s that nothing is known while the server is away, and is well by itself afterwards', async () => {
    const { log, cut, heal } = under();
    const { records, stop } = await collectRecords(log, 'events');
    await log.append('events', record('a', 1));
    await eventually(() => expect(records).toHaveLength(1));
    cut();
    expect(log.reconnects()).toBe(0);
    for (const ask of [() => log.append('events', record('a', 2)), () => log.heads('events')]) {
      const begun = performance.now();
      await expect(ask()).rejects.toThrow(LogUnavailableError);
      expect(performance.now() - begun).toBeLessThan(5_000);
    }
    heal();
    const position = await eventually(() => log.append('events', record('a', 3)), { timeoutMs: 15_000 });
    await eventually(() => expect(records.at(-1)?.offset).toBe(position.offset), { timeoutMs: 15_000 });
    expect(log.reconnects()).toBeGreaterThan(0);
    await stop();
  });

  it('withdraws a record whose caller gave up before it was handed over', async () => {
    const { log, cut, heal } = under();
    await log.append('events', record('a', 1));
    cut();
    const inFlight = log.append('events', record('a', 2)).catch(() => undefined);
    await new Promise((resolve) => setImmediate(resolve));
    const giveUp = new AbortController();
    const waiting = log.append('events', record('a', 3), { signal: giveUp.signal });
    giveUp.abort(new Error('gave up'));
    await expect(waiting).rejects.toThrow('gave up');
    heal();
    await inFlight;
    await eventually(() => log.append('events', record('a', 4)), { timeoutMs: 15_000 });
    const { records, stop } = await collectRecords(log, 'events');
    await eventually(() => expect(records.map(numberOf)).toContain(4));
    expect(records.map(numberOf)).not.toContain(3);
    await stop();
  });

  it('loses, doubles and reorders nothing acknowledged over lost connections', { timeout: 60_000 }, async () => {
    const { log, cut, heal } = under();
    const { records, stop } = await collectRecords(log, 'events');
    const acknowledged = new Map<number, AppendedPosition>();
    let next = 0;
    let refused = 0;
    let isOver = false;
    const writer = async (key: string) => {
      while (!isOver) {
        const n = (next += 1);
        await log.append('events', record(key, n)).then(
          (position) => acknowledged.set(n, position),
          () => (refused += 1),
        );
      }
    };
    const writers = Promise.all(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map(writer));
    for (let round = 0; round < 4; round += 1) {
      const before = acknowledged.size;
      await eventually(() => expect(acknowledged.size).toBeGreaterThan(before + 50), { timeoutMs: 20_000 });
      const refusedBefore = refused;
      cut();
      // Short ones may be mended in time by a driver that knows how to repeat what it sent.
      if (round === 2) await eventually(() => expect(refused).toBeGreaterThan(refusedBefore));
      else await new Promise((resolve) => setImmediate(resolve));
      heal();
    }
    isOver = true;
    await writers;
    expect(refused).toBeGreaterThan(0);
    await eventually(async () => expect(BigInt(records.length)).toBe(sum(await log.heads('events'))), {
      timeoutMs: 20_000,
    });
    expectAllOnceInOrder(records, acknowledged);
    await stop();
  });
}

/** Every acknowledged number at its own position, once; per key the acknowledged ones rise. */
function expectAllOnceInOrder(
  records: readonly LogRecord[],
  acknowledged: ReadonlyMap<number, AppendedPosition>,
): void {
  const places = new Map<number, string[]>();
  for (const found of records) places.set(numberOf(found), [...(places.get(numberOf(found)) ?? []), nameOf(found)]);
  for (const [n, position] of acknowledged) expect(places.get(n)).toEqual([nameOf(position)]);
  for (const key of new Set(records.map((found) => found.key))) {
    const numbers = records.filter((found) => found.key === key && acknowledged.has(numberOf(found))).map(numberOf);
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
  }
}
