import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  PositionOutOfRangeError,
  type ConsumerOptions,
  type EventLog,
  type RecordBatch,
} from '../../../../src/events/log/event-log.js';
import { collectRecords } from '../../../support/collect-records.js';
import { eventually } from '../../../support/eventually.js';
import { describeOnKafka } from '../../../support/kafka.js';
import { forgetBelow, openLogRig, type LogRig } from './log-rig.js';

const PARTITIONS = 4;
const FROM_ZERO = new Array<bigint>(PARTITIONS).fill(0n);

const record = (key: string, n: number) => ({ key, headers: { n: String(n) }, value: Buffer.from(`{"n":${n}}`) });
const numbersOf = (batch: RecordBatch) => batch.records.map((found) => Number(found.headers['n']));
const fill = (log: EventLog, count: number) =>
  Promise.all(Array.from({ length: count }, (_, n) => log.append('events', record(`k${n}`, n))));

/** As our workers do: positions kept outside, moved by compare-and-set. */
function openStore() {
  const stored = [...FROM_ZERO];
  const seen: number[] = [];
  const options = {
    topic: 'events',
    group: 'shared',
    startAt: () => Promise.resolve([...stored]),
    handle(batch: RecordBatch) {
      if (stored[batch.partition] !== batch.readFrom) return Promise.reject(new Error('stale'));
      stored[batch.partition] = batch.nextOffset;
      seen.push(...numbersOf(batch));
      return Promise.resolve();
    },
  } satisfies ConsumerOptions;
  return { stored, seen, options };
}

function openGate() {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open: () => open() };
}

describeOnKafka('consume on Kafka', () => {
  let rig: LogRig;
  beforeEach(async () => {
    rig = await openLogRig(PARTITIONS);
  });
  afterEach(() => rig.close());

  it('shares the partitions of a group, and what one leaves behind the other takes up', async () => {
    const other = await rig.reopen();
    const { seen, options } = openStore();
    const first = await rig.log.consume(options);
    const second = await other.consume(options);
    const partitionsOf = (log: EventLog) => log.positions().map(({ partition }) => partition);
    await eventually(() => {
      expect(partitionsOf(rig.log)).toHaveLength(2);
      expect(new Set([...partitionsOf(rig.log), ...partitionsOf(other)]).size).toBe(PARTITIONS);
    });
    await fill(rig.log, 200);
    await eventually(() => expect(new Set(seen).size).toBe(200));
    await first.stop();
    await fill(rig.log, 400);
    await eventually(() => expect(new Set(seen).size).toBe(400));
    await eventually(() => expect(partitionsOf(other)).toHaveLength(PARTITIONS));
    expect(seen).toHaveLength(600);
    await second.stop();
  });

  it('never runs two handlers of one partition, and begins none for one that was taken away', async () => {
    const { log } = rig;
    const active = new Map<number, number>();
    const gate = openGate();
    let most = 0;
    let begun = 0;
    const { options } = openStore();
    const slow = {
      ...options,
      startAt: () => Promise.resolve([...FROM_ZERO]),
      async handle({ partition }: RecordBatch) {
        begun += 1;
        active.set(partition, (active.get(partition) ?? 0) + 1);
        most = Math.max(most, ...active.values());
        await gate.opened;
        active.set(partition, (active.get(partition) ?? 0) - 1);
      },
    };
    await fill(log, 100);
    const first = await log.consume(slow);
    await eventually(() => expect(begun).toBe(PARTITIONS));
    const second = await log.consume(slow);
    // Assigned anew to both while the handlers of the first run: nobody knows yet where to go on.
    await eventually(() => expect(log.positions()).toEqual([]));
    expect(begun).toBe(PARTITIONS);
    gate.open();
    await eventually(() => expect(log.positions()).toHaveLength(PARTITIONS));
    expect(most).toBe(1);
    await first.stop();
    await second.stop();
  });

  it('lets a slow handler hold up no other partition', async () => {
    const { log } = rig;
    const [slow, quick] = ['k0', 'k1', 'k2', 'k3', 'k4'].filter(
      (key, index, keys) => keys.findIndex((one) => log.partitionOf(one) === log.partitionOf(key)) === index,
    );
    const gate = openGate();
    const done: number[] = [];
    const consumer = await log.consume({
      ...openStore().options,
      async handle(batch) {
        if (batch.partition === log.partitionOf(slow ?? '')) await gate.opened;
        done.push(...numbersOf(batch));
      },
    });
    await log.append('events', record(slow ?? '', 1));
    for (let n = 2; n < 12; n += 1) {
      await log.append('events', record(quick ?? '', n));
      await eventually(() => expect(done).toContain(n));
    }
    expect(done).not.toContain(1);
    gate.open();
    await eventually(() => expect(done).toContain(1));
    await consumer.stop();
  });

  it('follows startAt back and forth, whatever was fetched before', async () => {
    const { log } = rig;
    for (let n = 0; n < 20; n += 1) await log.append('events', record('a', n));
    const partition = log.partitionOf('a');
    const stored = [...FROM_ZERO];
    const jumps = [15n, 5n, 10n, 0n];
    const read: bigint[] = [];
    const consumer = await log.consume({
      topic: 'events',
      group: 'jumping',
      startAt: () => Promise.resolve([...stored]),
      handle(batch) {
        read.push(batch.readFrom);
        expect(batch.records[0]?.offset).toBe(batch.readFrom);
        const jump = jumps.shift();
        if (jump === undefined) return Promise.resolve();
        stored[partition] = jump;
        return Promise.reject(new Error('somebody moved the position'));
      },
    });
    await eventually(() => expect(read).toEqual([0n, 15n, 5n, 10n, 0n]));
    await consumer.stop();
  });

  it('hands over nothing that was fetched before it knew where to read', async () => {
    const { log } = rig;
    for (let n = 0; n < 20; n += 1) await log.append('events', record('a', n));
    const gate = openGate();
    const at = FROM_ZERO.map((zero, partition) => (partition === log.partitionOf('a') ? 15n : zero));
    let asked = 0;
    const seen: number[] = [];
    const consumer = await log.consume({
      topic: 'events',
      group: 'late',
      async startAt() {
        asked += 1;
        // Once more when the group was joined: by then kafkajs fetches from wherever it thinks.
        if (asked > 1) await gate.opened;
        return at;
      },
      handle: (batch) => Promise.resolve(void seen.push(...numbersOf(batch))),
    });
    await eventually(() => expect(asked).toBe(2));
    // As many fetches as there may be in this time must leave no trace.
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(seen).toEqual([]);
    gate.open();
    await eventually(() => expect(seen).toEqual([15, 16, 17, 18, 19]));
    await consumer.stop();
  });

  it('gives up when kafkajs would go on behind what was deleted', async () => {
    const { log } = rig;
    const gate = openGate();
    const seen: number[] = [];
    const consumer = await log.consume({
      topic: 'events',
      group: 'skipping',
      startAt: () => Promise.resolve('beginning'),
      async handle(batch) {
        seen.push(...numbersOf(batch));
        await gate.opened;
      },
    });
    await log.append('events', record('a', 0));
    await eventually(() => expect(seen).toEqual([0]));
    for (let n = 1; n < 20; n += 1) await log.append('events', record('a', n));
    await forgetBelow(rig, 'events', log.partitionOf('a'), 10n);
    gate.open();
    await expect(consumer.closed).rejects.toThrow(PositionOutOfRangeError);
    expect(seen).toEqual([0]);
  });

  it('gives up when what it failed on is deleted under it', async () => {
    const { log } = rig;
    for (let n = 0; n < 10; n += 1) await log.append('events', record('a', n));
    let failures = 0;
    const consumer = await log.consume({
      topic: 'events',
      group: 'behind',
      startAt: () => Promise.resolve('beginning'),
      handle: () => Promise.reject(new Error(`not yet ${(failures += 1)}`)),
    });
    await eventually(() => expect(failures).toBeGreaterThan(0));
    await forgetBelow(rig, 'events', log.partitionOf('a'), 5n);
    await expect(consumer.closed).rejects.toThrow(PositionOutOfRangeError);
  });

  it('gives up when the topic is made anew, though nothing is written to it', { timeout: 60_000 }, async () => {
    const { log } = rig;
    const topic = rig.topicName('events');
    for (let n = 0; n < 10; n += 1) await log.append('events', record('a', n));
    const { seen, options } = openStore();
    const consumer = await log.consume(options);
    await eventually(() => expect(seen).toHaveLength(10));
    await rig.withAdmin(async (admin) => {
      await admin.deleteTopics({ topics: [topic] });
      await eventually(() => admin.createTopics({ topics: [{ topic, numPartitions: PARTITIONS }] }));
    });
    await expect(consumer.closed).rejects.toThrow(PositionOutOfRangeError);
  });

  it('goes on by itself after its connections were lost', { timeout: 60_000 }, async () => {
    const { log, proxy } = rig;
    const { seen, options } = openStore();
    const consumer = await log.consume(options);
    const other = await rig.reopen();
    let n = 0;
    for (const fault of [() => proxy.reset(), () => proxy.cut(), () => proxy.blackHole()]) {
      fault();
      await other.append('events', record('a', (n += 1)));
      await new Promise((resolve) => setTimeout(resolve, 500));
      proxy.heal();
      await eventually(() => expect(seen).toContain(n), { timeoutMs: 20_000 });
    }
    expect(seen).toEqual([1, 2, 3]);
    await consumer.stop();
  });

  it('stops in time while Kafka is away', async () => {
    const { log, proxy } = rig;
    const { stop } = await collectRecords(log, 'events');
    proxy.blackHole();
    const begun = performance.now();
    await stop();
    expect(performance.now() - begun).toBeLessThan(8_000);
  });
});
