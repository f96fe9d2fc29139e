import { describe, expect, it } from 'vitest';
import type { LogRecord } from '../../src/events/log/event-log.js';
import { differentUnderOneId, firstPlaces, gapsIn, overtakenSends } from './log-invariants.js';

const record = (partition: number, offset: bigint, event: object = {}, key = 'a'): LogRecord => ({
  ...{ partition, offset, key, headers: {} },
  value: Buffer.from(JSON.stringify(event)),
});

describe('gapsIn', () => {
  it('finds none in partitions that are read from 0 to their heads', () => {
    expect(gapsIn([record(0, 0n), record(0, 1n), record(2, 0n)], [2n, 0n, 1n])).toEqual([]);
  });
  it('finds what is missing at the beginning, in between, and before the head', () => {
    expect(gapsIn([record(0, 1n), record(1, 0n), record(1, 3n), record(2, 0n)], [2n, 4n, 2n])).toEqual([
      ...['0/0', '1/1', '2/1'],
    ]);
  });
  it('finds a record that was read twice', () => {
    expect(gapsIn([record(0, 0n), record(0, 0n)], [1n])).not.toEqual([]);
  });
});

describe('differentUnderOneId', () => {
  it('lets one event differ in what a delivery adds, and in the order of its fields', () => {
    const first = { id: 'evt_1', time: '1', recordedAt: '1', data: { a: 1, b: [{ c: 2, d: 3 }] } };
    const again = { data: { b: [{ d: 3, c: 2 }], a: 1 }, recordedAt: '2', causationId: 'raw_1', id: 'evt_1' };
    expect(differentUnderOneId([record(0, 0n, first), record(0, 1n, again)])).toEqual([]);
  });
  it('finds other data, another key and another partition under one id', () => {
    const event = (id: string, data = 1) => ({ id, data });
    const records = [
      ...[record(0, 0n, event('evt_1')), record(0, 1n, event('evt_1', 2))],
      ...[record(0, 2n, event('evt_2')), record(0, 3n, event('evt_2'), 'b')],
      ...[record(0, 4n, event('evt_3')), record(1, 0n, event('evt_3'))],
    ];
    expect(differentUnderOneId(records)).toEqual(['evt_1', 'evt_2', 'evt_3']);
  });
});

describe('firstPlaces', () => {
  it('names the first place of each event and passes over what is none', () => {
    const records = [record(0, 0n, { id: 'evt_1' }), record(0, 1n, { id: 'evt_1' }), record(1, 0n, {})];
    const notJson = { ...record(1, 1n), value: Buffer.from('{"half') };
    expect([...firstPlaces([...records, notJson])]).toEqual([['evt_1', '0/0']]);
  });
});

describe('overtakenSends', () => {
  const send = (to: string, startedAt: number, acknowledgedAt: number, offset: bigint) => ({
    ...{ to, startedAt, acknowledgedAt, offset },
  });
  it('finds a send behind one that began after it was acknowledged', () => {
    const late = send('a', 0, 1, 5n);
    expect(overtakenSends([late, send('a', 2, 3, 4n)])).toEqual([late]);
  });
  it('finds it across others in between', () => {
    const late = send('a', 0, 1, 9n);
    expect(overtakenSends([send('a', 7, 8, 3n), send('a', 0, 9, 4n), late])).toEqual([late]);
  });
  it('leaves those alone that were under way at the same time, or went to others', () => {
    expect(overtakenSends([send('a', 0, 5, 5n), send('a', 2, 3, 4n), send('b', 9, 10, 1n)])).toEqual([]);
  });
});
