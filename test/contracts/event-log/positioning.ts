import { expect, it } from 'vitest';
import { PositionOutOfRangeError, type EventLog, type StartAt } from '../../../src/events/log/event-log.js';
import { collectRecords } from '../../support/collect-records.js';
import { eventually } from '../../support/eventually.js';
import { fromBeginning, numberOf, record, type LogUnderTest } from './log-under-test.js';

export function positioning(under: () => LogUnderTest): void {
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

  it('tells where its consumers stand, as long as they run', async () => {
    const { log } = under();
    await fill(log);
    expect(log.positions()).toEqual([]);
    const { stop } = await collectRecords(log, 'events', 'beginning', 'watched');
    await eventually(async () => {
      const inOrder = log.positions().toSorted((one, other) => one.partition - other.partition);
      expect(inOrder).toEqual(
        (await log.heads('events')).map((nextOffset, partition) => ({
          group: 'watched',
          topic: 'events',
          partition,
          nextOffset,
        })),
      );
    });
    await stop();
    await eventually(() => expect(log.positions()).toEqual([]));
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
