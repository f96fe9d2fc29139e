import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCursorCodec, hasPassed, mergeVectors, originVector } from '../../../src/events/kernel/cursor.js';

const PARTITIONS = 12;
const cursors = createCursorCodec('log-1', PARTITIONS);
const offset = fc.bigInt({ min: 0n, max: 2n ** 63n - 1n });
const vector = fc.array(offset, { minLength: PARTITIONS, maxLength: PARTITIONS });

describe('a cursor', () => {
  it('names every partition and comes back as it was', () => {
    fc.assert(
      fc.property(vector, (at) => {
        expect(cursors.decode(cursors.encode(at))).toEqual(at);
      }),
    );
  });

  it('is short for a young log, and bounded for the oldest', () => {
    expect(cursors.encode(originVector(PARTITIONS)).length).toBeLessThan(30);
    expect(cursors.encode(new Array<bigint>(PARTITIONS).fill(2n ** 63n - 1n)).length).toBeLessThan(200);
  });

  it('of another log, or with another number of partitions, is refused', () => {
    const text = cursors.encode(originVector(PARTITIONS));
    expect(createCursorCodec('log-2', PARTITIONS).decode(text)).toBeUndefined();
    expect(createCursorCodec('log-1', 11).decode(text)).toBeUndefined();
    expect(() => cursors.encode(originVector(11))).toThrow(RangeError);
  });

  it('is refused when it is anything else, and never throws', () => {
    const text = cursors.encode(originVector(PARTITIONS));
    const garbage = [
      '',
      ' ',
      'AAAA',
      '=',
      `${text}=`,
      `${text}AA`,
      text.slice(0, -2),
      ` ${text}`,
      'a'.repeat(10_000),
      '\0',
    ];
    for (const one of garbage) expect(cursors.decode(one), JSON.stringify(one.slice(0, 40))).toBeUndefined();
    fc.assert(fc.property(fc.string(), (one) => cursors.decode(one) === undefined));
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const one = Buffer.from(bytes).toString('base64url');
        const decoded = cursors.decode(one);
        if (decoded !== undefined) expect(decoded).toHaveLength(PARTITIONS);
      }),
    );
  });

  it('has no offset over 63 bits: Postgres could not take it', () => {
    const head = Buffer.from(cursors.encode(originVector(PARTITIONS)), 'base64url').subarray(0, 7);
    const tooLarge = Buffer.concat([head, Buffer.alloc(9, 0xff), Buffer.from([0x01]), Buffer.alloc(11)]);
    expect(cursors.decode(tooLarge.toString('base64url'))).toBeUndefined();
  });
});

describe('vectors', () => {
  it('merge to what either has seen', () => {
    fc.assert(
      fc.property(vector, vector, (a, b) => {
        const merged = mergeVectors(a, b);
        expect(hasPassed(merged, a) && hasPassed(merged, b)).toBe(true);
        expect(mergeVectors(b, a)).toEqual(merged);
        expect(merged.every((at, partition) => at === a[partition] || at === b[partition])).toBe(true);
      }),
    );
  });

  it('have passed a goal when they have in every partition', () => {
    expect(hasPassed([2n, 3n], [2n, 3n])).toBe(true);
    expect(hasPassed([2n, 3n], [1n, 4n])).toBe(false);
  });
});
