import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  FatalConsumerError,
  LogUnavailableError,
  PositionOutOfRangeError,
  RECORD_BYTES_MAX,
  RecordTooLargeError,
  type AppendedPosition,
  type EventLog,
  type LogRecord,
  type OutgoingRecord,
  type RecordBatch,
  type StartAt,
} from '../../src/events/log/event-log.js';
import { collectRecords } from '../support/collect-records.js';
import { eventually } from '../support/eventually.js';

/** A fresh, empty log of 4 partitions, and what a test may do to it from outside. */
export interface LogUnderTest {
  readonly log: EventLog;
  /** Another handle on the same log, as another process would open it. */
  reopen(partitions?: number): Promise<EventLog>;
  /** Resets the connections of `log` to its server, and refuses new ones until `heal`. */
  cut(): void;
  heal(): void;
  /** Removes what lies below `offset`, as retention does. */
  forgetBelow(topic: 'events', partition: number, offset: bigint): Promise<void>;
  close(): Promise<void>;
}

export const CONTRACT_PARTITIONS = 4;

/** What every driver promises, in the words of `event-log.ts`; one test or more per promise. */
export function eventLogContract(name: string, open: () => Promise<LogUnderTest>): void {
  describe(`event log contract: ${name}`, () => {
    let under: LogUnderTest;
    let log: EventLog;

    beforeEach(async () => {
      under = await open();
      log = under.log;
    });
    afterEach(() => under.close());

    appending(() => under);
    consuming(() => under);
    failing(() => under);
    positioning(() => under);

    it('names itself the same for every handle, and another log otherwise', async () => {
      const again = await under.reopen();
      const other = await open();
      expect(again.id).toBe(log.id);
      expect(other.log.id).not.toBe(log.id);
      await again.close();
      await other.close();
    });

    it('refuses to open with another number of partitions', async () => {
      await expect(under.reopen(CONTRACT_PARTITIONS + 1)).rejects.toThrow(/partitions/);
    });

    it('refuses everything after close', async () => {
      await log.append('events', record('a', 1));
      await log.close();
      await log.close();
      await expect(log.append('events', record('a', 2))).rejects.toThrow(LogUnavailableError);
      await expect(log.heads('events')).rejects.toThrow(LogUnavailableError);
      await expect(collectRecords(log, 'events')).rejects.toThrow(LogUnavailableError);
    });
  });
}

function appending(under: () => LogUnderTest): void {
  it('keeps the order of append calls per key', async () => {
    const { log } = under();
    const keys = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    const calls = Array.from({ length: 700 }, (_, n) => log.append('events', record(keys[n % 7] ?? 'a', n)));
    await Promise.all(calls);
    const { records, stop } = await collectRecords(log, 'events');
    await eventually(() => expect(records).toHaveLength(700));
    for (const key of keys) {
      const numbers = records.filter((found) => found.key === key).map(numberOf);
      expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
    }
    await stop();
  });

  it('makes a resolved append durable, at the position where consumers find it', async () => {
    const { log, reopen } = under();
    const positions = await Promise.all(Array.from({ length: 50 }, (_, n) => log.append('events', record(`k${n}`, n))));
    await log.close();
    const again = await reopen();
    const { records, stop } = await collectRecords(again, 'events');
    await eventually(() => expect(records).toHaveLength(50));
    for (const found of records) expect(positions[numberOf(found)]).toEqual(placeOf(found));
    await stop();
    await again.close();
  });

  it('gives back key, headers and value byte for byte', async () => {
    const { log } = under();
    const value = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    const sent = { key: 'ключ "k"\n', headers: { 'x-parley': 'ü, "quoted" {braces} \\ 🎉', empty: '' }, value };
    const position = await log.append('webhooks', sent);
    const { records, stop } = await collectRecords(log, 'webhooks');
    await eventually(() => expect(records).toEqual([{ ...position, ...sent }]));
    await stop();
  });

  it('picks the partition by the key as the Java client does, or by the partition key where there is one', async () => {
    const { log } = under();
    const byKey = await log.append('events', record('conv_1', 1));
    const byPartitionKey = await log.append('webhooks', { ...record('raw_9', 2), partitionKey: 'conv_1' });
    expect(byKey.partition).toBe(log.partitionOf('conv_1'));
    expect(byPartitionKey.partition).toBe(byKey.partition);
  });

  it('refuses a record over the limit before it joins a batch', async () => {
    const { log } = under();
    const large = { key: 'a', headers: {}, value: Buffer.alloc(RECORD_BYTES_MAX) };
    const [refused, taken] = await Promise.allSettled([
      log.append('events', large),
      log.append('events', record('a', 1)),
    ]);
    expect(refused).toMatchObject({ status: 'rejected', reason: expect.any(RecordTooLargeError) as unknown });
    expect(taken.status).toBe('fulfilled');
    expect(sum(await log.heads('events'))).toBe(1n);
  });

  it('takes large records next to each other', async () => {
    const { log } = under();
    const large = { key: 'a', headers: {}, value: Buffer.alloc(RECORD_BYTES_MAX - 1_000, 7) };
    await Promise.all(Array.from({ length: 6 }, () => log.append('events', large)));
    const { records, stop } = await collectRecords(log, 'events');
    await eventually(() => expect(records).toHaveLength(6));
    expect(records.every((found) => found.value?.equals(large.value))).toBe(true);
    await stop();
  });

  it('writes nothing for a signal that fired before', async () => {
    const { log } = under();
    const signal = AbortSignal.abort(new Error('gave up'));
    await expect(log.append('events', record('a', 1), { signal })).rejects.toThrow('gave up');
    expect(sum(await log.heads('events'))).toBe(0n);
  });
}

function consuming(under: () => LogUnderTest): void {
  it('hands over batches of at most 500, one after another per partition, at most 4 at once', async () => {
    const { log } = under();
    await Promise.all(Array.from({ length: 3_000 }, (_, n) => log.append('events', record(`k${n % 40}`, n))));
    const active = new Map<number, number>();
    const seen: RecordBatch[] = [];
    let most = 0;
    const consumer = await log.consume({
      ...fromBeginning,
      async handle(batch) {
        active.set(batch.partition, (active.get(batch.partition) ?? 0) + 1);
        expect(active.get(batch.partition)).toBe(1);
        most = Math.max(most, [...active.values()].filter((count) => count > 0).length);
        await new Promise((resolve) => setImmediate(resolve));
        active.set(batch.partition, 0);
        seen.push(batch);
      },
    });
    await eventually(() => expect(seen.flatMap((batch) => batch.records)).toHaveLength(3_000));
    expect(most).toBeLessThanOrEqual(4);
    for (const batch of seen) {
      expect(batch.records.length).toBeLessThanOrEqual(500);
      expect(batch.nextOffset).toBe((batch.records.at(-1)?.offset ?? -1n) + 1n);
      expect(batch.head).toBeGreaterThanOrEqual(batch.nextOffset);
    }
    await consumer.stop();
  });

  it('lets positions rise within a partition without gaps on events, per topic', async () => {
    const { log } = under();
    await Promise.all(
      Array.from({ length: 400 }, (_, n) => log.append(n % 2 ? 'events' : 'webhooks', record(`k${n}`, n))),
    );
    const { records, batches, stop } = await collectRecords(log, 'events');
    await eventually(() => expect(records).toHaveLength(200));
    for (let partition = 0; partition < log.partitionCount; partition += 1) {
      const offsets = records.filter((found) => found.partition === partition).map((found) => found.offset);
      expect(offsets).toEqual(offsets.map((_, index) => BigInt(index)));
      const own = batches.filter((batch) => batch.partition === partition);
      expect(own.map((batch) => batch.readFrom)).toEqual(
        [0n, ...own.slice(0, -1).map((batch) => batch.nextOffset)].slice(0, own.length),
      );
    }
    await stop();
  });

  it('delivers what is appended while it reads, by any handle', async () => {
    const { log, reopen } = under();
    const { records, stop } = await collectRecords(log, 'events');
    const other = await reopen();
    await log.append('events', record('a', 1));
    await eventually(() => expect(records.map(numberOf)).toEqual([1]));
    await other.append('events', record('a', 2));
    await eventually(() => expect(records.map(numberOf)).toEqual([1, 2]));
    await stop();
    await other.close();
  });

  it('takes appends of two handles at once, each position once', async () => {
    const { log, reopen } = under();
    const other = await reopen();
    const calls = Array.from({ length: 600 }, (_, n) => (n % 2 ? log : other).append('events', record(`k${n % 9}`, n)));
    const positions = await Promise.all(calls);
    expect(new Set(positions.map(nameOf)).size).toBe(600);
    expect(sum(await log.heads('events'))).toBe(600n);
    await other.close();
  });

  it('gives every group everything', async () => {
    const { log } = under();
    await Promise.all(Array.from({ length: 20 }, (_, n) => log.append('events', record(`k${n}`, n))));
    const first = await collectRecords(log, 'events', 'beginning', 'first');
    const second = await collectRecords(log, 'events', 'beginning', 'second');
    await eventually(() => expect(first.records).toHaveLength(20));
    await eventually(() => expect(second.records).toHaveLength(20));
    await first.stop();
    await second.stop();
  });

  it('stops after the last handler settled, and begins none afterwards', async () => {
    const { log } = under();
    await Promise.all(Array.from({ length: 20 }, (_, n) => log.append('events', record('a', n))));
    const gate = openGate();
    let begun = 0;
    let settled = 0;
    const consumer = await log.consume({
      ...fromBeginning,
      async handle() {
        begun += 1;
        await gate.opened;
        settled += 1;
      },
    });
    await eventually(() => expect(begun).toBe(1));
    const stopped = consumer.stop();
    await log.append('events', record('a', 99));
    expect(settled).toBe(0);
    gate.open();
    await stopped;
    expect(settled).toBe(begun);
    await consumer.closed;
    await log.append('events', record('b', 100));
    await consumer.stop();
    expect(begun).toBe(settled);
  });
}

function failing(under: () => LogUnderTest): void {
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
    const begun = performance.now();
    await expect(log.append('events', record('a', 2))).rejects.toThrow(LogUnavailableError);
    await expect(log.heads('events')).rejects.toThrow(LogUnavailableError);
    expect(performance.now() - begun).toBeLessThan(5_000);
    heal();
    const position = await eventually(() => log.append('events', record('a', 3)), { timeoutMs: 15_000 });
    await eventually(() => expect(records.at(-1)?.offset).toBe(position.offset), { timeoutMs: 15_000 });
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
    let isOver = false;
    const writer = async (key: string) => {
      while (!isOver) {
        const n = (next += 1);
        await log.append('events', record(key, n)).then(
          (position) => acknowledged.set(n, position),
          () => undefined,
        );
      }
    };
    const writers = Promise.all(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map(writer));
    for (let round = 0; round < 6; round += 1) {
      const before = acknowledged.size;
      await eventually(() => expect(acknowledged.size).toBeGreaterThan(before + 50), { timeoutMs: 20_000 });
      cut();
      await new Promise((resolve) => setImmediate(resolve));
      heal();
    }
    isOver = true;
    await writers;
    await eventually(async () => expect(BigInt(records.length)).toBe(sum(await log.heads('events'))), {
      timeoutMs: 20_000,
    });
    expectAllOnceInOrder(records, acknowledged);
    await stop();
  });
}

function positioning(under: () => LogUnderTest): void {
  const fill = async (log: EventLog) => {
    for (let n = 0; n < 4; n += 1) await log.append('events', record('a', n));
  };

  it('starts at the beginning, at the end, or at given positions', async () => {
    const { log } = under();
    await fill(log);
    const at = new Array<bigint>(log.partitionCount).fill(0n);
    at[log.partitionOf('a')] = 2n;
    const starts: readonly StartAt[] = ['beginning', 'end', at];
    const all = await Promise.all(
      starts.map((startAt, index) => collectRecords(log, 'events', startAt, `group-${index}`)),
    );
    await log.append('events', record('a', 4));
    await eventually(() =>
      expect(all.map(({ records }) => records.map(numberOf))).toEqual([[0, 1, 2, 3, 4], [4], [2, 3, 4]]),
    );
    for (const one of all) await one.stop();
  });

  it('knows the heads', async () => {
    const { log } = under();
    await fill(log);
    const expected = new Array<bigint>(log.partitionCount).fill(0n);
    expected[log.partitionOf('a')] = 4n;
    expect(await log.heads('events')).toEqual(expected);
    expect(await log.heads('webhooks')).toEqual(expected.map(() => 0n));
  });

  it('refuses a position beyond the head instead of resetting it', async () => {
    const { log } = under();
    await fill(log);
    const beyond = new Array<bigint>(log.partitionCount).fill(0n);
    beyond[log.partitionOf('a')] = 5n;
    await expect(collectRecords(log, 'events', beyond)).rejects.toThrow(PositionOutOfRangeError);
  });

  it('refuses a position that is no longer kept', async () => {
    const { log, forgetBelow } = under();
    await fill(log);
    await forgetBelow('events', log.partitionOf('a'), 2n);
    await expect(collectRecords(log, 'events', new Array<bigint>(log.partitionCount).fill(0n))).rejects.toThrow(
      PositionOutOfRangeError,
    );
    const { records, stop } = await collectRecords(log, 'events', 'beginning');
    await eventually(() => expect(records.map(numberOf)).toEqual([2, 3]));
    await stop();
  });

  it('gives up when the position that startAt names after a failure is out of range', async () => {
    const { log } = under();
    await fill(log);
    const zero = new Array<bigint>(log.partitionCount).fill(0n);
    const answers = [zero, zero.map(() => 99n)];
    const consumer = await log.consume({
      ...fromBeginning,
      startAt: () => Promise.resolve(answers.shift() ?? zero),
      handle: () => Promise.reject(new Error('once')),
    });
    await expect(consumer.closed).rejects.toThrow(PositionOutOfRangeError);
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

const fromBeginning = {
  topic: 'events',
  group: 'contract',
  startAt: () => Promise.resolve<StartAt>('beginning'),
} as const;

const record = (key: string, n: number): OutgoingRecord => ({
  key,
  headers: { n: String(n) },
  value: Buffer.from(`{"n":${n}}`),
});
const numberOf = (found: LogRecord): number => Number(found.headers['n']);
const placeOf = ({ partition, offset }: AppendedPosition): AppendedPosition => ({ partition, offset });
const nameOf = ({ partition, offset }: AppendedPosition): string => `${partition}/${offset}`;
const sum = (offsets: readonly bigint[]): bigint => offsets.reduce((total, offset) => total + offset, 0n);

function keysOfTwoPartitions(log: EventLog): readonly [string, string] {
  const keys = Array.from({ length: 50 }, (_, n) => `k${n}`);
  const other = keys.find((key) => log.partitionOf(key) !== log.partitionOf('k0'));
  if (other === undefined) throw new Error('All keys fell into one partition.');
  return ['k0', other];
}

function openGate() {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open: () => open() };
}
