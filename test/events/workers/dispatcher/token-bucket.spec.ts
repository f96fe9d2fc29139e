import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tokenInMs, tokensIn } from '../../../../src/events/workers/dispatcher/token-bucket.js';

const rate = { perSecond: 50, burst: 10 };
const holding = (tokens: number, ageSeconds: number, throttledForMs = 0) => ({ tokens, ageSeconds, throttledForMs });

describe('a bucket', () => {
  it('fills with time, and never above its burst', () => {
    expect(tokensIn({ tokens: 2, ageSeconds: 0.1 }, rate)).toBe(7);
    expect(tokensIn({ tokens: 2, ageSeconds: 3_600 }, rate)).toBe(10);
  });

  it('holds no more than a burst that was lowered since', () => {
    expect(tokensIn({ tokens: 10, ageSeconds: 1 }, { perSecond: 50, burst: 3 })).toBe(3);
  });

  it('tells when it has a whole token', () => {
    expect(tokenInMs(holding(0.5, 0), rate)).toBe(10);
    expect(tokenInMs(holding(0, 0.02), rate)).toBe(0);
    expect(tokenInMs(holding(-49, 0), rate)).toBe(1_000);
  });

  it('gains nothing from a clock that was set back, and asks to be written anew', () => {
    expect(tokensIn({ tokens: 0.5, ageSeconds: -3_600 }, rate)).toBe(0.5);
    expect(tokenInMs(holding(0.5, -3_600), rate)).toBe(0);
  });

  it('has nothing to give before the pause that the provider asked for is over', () => {
    expect(tokenInMs(holding(10, -3, 3_000), rate)).toBe(3_000);
  });

  it('has a token when it said so', () => {
    const given = fc.record({
      tokens: fc.double({ min: -100, max: 100, noNaN: true }),
      ageSeconds: fc.double({ min: 0, max: 10, noNaN: true }),
      perSecond: fc.double({ min: 0.1, max: 10_000, noNaN: true }),
    });
    fc.assert(
      fc.property(given, ({ tokens, ageSeconds, perSecond }) => {
        const some = { perSecond, burst: Math.max(1, perSecond) };
        const waitSeconds = tokenInMs(holding(tokens, ageSeconds), some) / 1_000;
        expect(tokensIn({ tokens, ageSeconds: ageSeconds + waitSeconds }, some)).toBeGreaterThan(1 - 1e-6);
      }),
    );
  });
});
