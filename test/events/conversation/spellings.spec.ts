import { describe, expect, it } from 'vitest';
import { otherSpelling, rootSpelling } from '../../../src/events/conversation/spellings.js';

describe('numbers that are spelled in two ways', () => {
  it.each([
    ['Brazil', '+551187654321', '+5511987654321'],
    ['Mexico', '+525512345678', '+5215512345678'],
    ['Argentina', '+541123456789', '+5491123456789'],
  ])('of %s lead to each other, and have one root', (_country, short, long) => {
    expect([otherSpelling(short), otherSpelling(long)]).toEqual([long, short]);
    expect([rootSpelling(short), rootSpelling(long)]).toEqual([short, short]);
  });

  it.each([
    ['a landline of Brazil', '+551132654321'],
    ['nine digits that are no mobile number', '+5511932654321'],
    ['a number of another country', '+31600000001'],
    ['one that only begins alike', '+5255123456'],
    ['what is no number', 'NL.1349'],
    ['a group', 'group:5511987654321'],
  ])('%s is spelled in one way', (_what, address) => {
    expect(otherSpelling(address)).toBeUndefined();
    expect(rootSpelling(address)).toBe(address);
  });
});
