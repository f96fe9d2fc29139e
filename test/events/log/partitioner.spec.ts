import { describe, expect, it } from 'vitest';
import { murmur2, partitionOf } from '../../../src/events/log/partitioner.js';

describe('partitioner', () => {
  it.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ])('hashes %j as the Java client does', (key, hash) => {
    expect(murmur2(Buffer.from(key))).toBe(hash);
  });

  it('makes the hash positive as the Java client does, by its low 31 bits', () => {
    expect(partitionOf('21', 12)).toBe((-973932308 & 0x7fffffff) % 12);
    expect(partitionOf('', 1)).toBe(0);
  });

  it('spreads keys over all partitions', () => {
    const used = new Set(Array.from({ length: 500 }, (_, n) => partitionOf(`conv_${n}`, 12)));
    expect([...used].toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });
});
