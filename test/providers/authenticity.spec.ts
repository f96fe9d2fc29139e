import { describe, expect, it } from 'vitest';
import { hmacSha256, isBasicAuth, isOfNow, isSecret, isSignature } from '../../src/providers/authenticity.js';

const NOW = new Date('2026-06-01T12:00:00.000Z');

describe('what proves who posted', () => {
  it('is an HMAC over the pieces as if they were one', () => {
    const whole = hmacSha256('meta-demo-secret', Buffer.from('{"object":"page","entry":[]}'));
    expect(whole.toString('hex')).toBe('8660648a19371b900a5a2cf3ef4d770e9181f2585a7cf70b81d7fe040a529de9');
    expect(hmacSha256('meta-demo-secret', '{"object":', Buffer.from('"page","entry":[]}'))).toEqual(whole);
    expect(isSignature(whole, whole)).toBe(true);
    expect(isSignature(whole.subarray(1), whole)).toBe(false);
    expect(isSignature(Buffer.alloc(32), whole)).toBe(false);
  });

  it.each<readonly [string | undefined, string, boolean]>([
    ['secret', 'secret', true],
    ['secreT', 'secret', false],
    ['secret ', 'secret', false],
    [undefined, 'secret', false],
    ['', '', false],
  ])('is a secret that is shown: %j for %j', (given, secret, isShown) => {
    expect(isSecret(given, secret)).toBe(isShown);
  });

  it('is a user and a password', () => {
    expect(isBasicAuth('Basic dGVzdHVzZXI6dGVzdHBhc3M=', 'testuser', 'testpass')).toBe(true);
    expect(isBasicAuth('Basic dGVzdHVzZXI6dGVzdHBhc3M=', 'testuser', 'other')).toBe(false);
    expect(isBasicAuth(undefined, 'testuser', 'testpass')).toBe(false);
  });

  it.each<readonly [string | undefined, boolean]>([
    [String(NOW.getTime() / 1_000), true],
    [String(NOW.getTime() / 1_000 - 300), true],
    [String(NOW.getTime() / 1_000 - 301), false],
    [String(NOW.getTime() / 1_000 + 301), false],
    ['1e9', false],
    ['', false],
    [undefined, false],
  ])('is of now: %j', (timestamp, isFresh) => {
    expect(isOfNow(timestamp, NOW)).toBe(isFresh);
  });
});
