import { expect, it } from 'vitest';
import { RECORD_BYTES_MAX, RecordTooLargeError } from '../../../src/events/log/event-log.js';
import { collectRecords } from '../../support/collect-records.js';
import { eventually } from '../../support/eventually.js';
import { numberOf, placeOf, record, sum, type LogUnderTest } from './log-under-test.js';

export function appending(under: () => LogUnderTest): void {
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
