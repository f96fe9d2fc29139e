import { expect, it } from 'vitest';
import { formatRange, parseContentRange, parseRange, rangeWithin } from '../../src/media/byte-range.js';

it.each([
  ['bytes=0-99', { from: 0, to: 99 }],
  ['bytes=5-', { from: 5 }],
  ['bytes=-7', { last: 7 }],
  ['Bytes= 1-1 ', { from: 1, to: 1 }],
])('%s asks for a part', (header, range) => expect(parseRange(header)).toEqual(range));

it.each([
  undefined,
  '',
  'bytes=',
  'bytes=-',
  'bytes=2-1',
  'bytes=0-1,5-6',
  'items=0-1',
  'bytes=a-b',
  `bytes=${'9'.repeat(16)}-`,
])('%s asks for none', (header) => expect(parseRange(header)).toBeUndefined());

it('is what a file of that size has', () => {
  expect(rangeWithin({ from: 2, to: 99 }, 10)).toEqual({ from: 2, to: 9 });
  expect(rangeWithin({ from: 2 }, 10)).toEqual({ from: 2, to: 9 });
  expect(rangeWithin({ last: 3 }, 10)).toEqual({ from: 7, to: 9 });
  expect(rangeWithin({ last: 30 }, 10)).toEqual({ from: 0, to: 9 });
  for (const nothing of [{ from: 10 }, { last: 0 }]) expect(rangeWithin(nothing, 10)).toBeUndefined();
  expect(rangeWithin({ last: 1 }, 0)).toBeUndefined();
});

it('is said as it was read, and an answer that makes no sense is none', () => {
  for (const header of ['bytes=0-99', 'bytes=5-', 'bytes=-7'])
    expect(formatRange(parseRange(header) ?? { from: 0 })).toBe(header);
  expect(parseContentRange('bytes 0-4/10')).toEqual({ from: 0, to: 4, size: 10 });
  expect(parseContentRange('bytes 0-4/*')).toEqual({ from: 0, to: 4, size: undefined });
  for (const wrong of [undefined, 'bytes 4-0/10', 'bytes */10', '0-4/10'])
    expect(parseContentRange(wrong)).toBeUndefined();
});
