import { expect, it } from 'vitest';
import { type RecordBatch } from '../../../src/events/log/event-log.js';
import { collectRecords } from '../../support/collect-records.js';
import { eventually } from '../../support/eventually.js';
import { fromBeginning, nameOf, numberOf, openGate, record, sum, type LogUnderTest } from './log-under-test.js';

export function consuming(under: () => LogUnderTest): void {
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
