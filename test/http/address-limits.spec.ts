import { describe, expect, it } from 'vitest';
import { createAddressLimits } from '../../src/http/address-limits.js';
import { AppError } from '../../src/errors.js';

function limits() {
  let time = 0;
  const refused: string[] = [];
  const made = createAddressLimits({
    ...{ failedAuthenticationsPerSecond: 2, unauthenticatedSockets: 2 },
    onRefused: (limit) => void refused.push(limit),
    now: () => time,
  });
  const waitMs = (address: string): number | undefined => {
    try {
      made.requireTrust(address);
      return undefined;
    } catch (error) {
      return error instanceof AppError ? error.details.retryAfterMs : -1;
    }
  };
  return { ...made, waitMs, refused, pass: (ms: number) => (time += ms) };
}

describe('what an address may do before it has shown a key', () => {
  it('fails ten seconds’ worth at once, then as many as are forgiven', () => {
    const { noteFailure, waitMs, pass, refused } = limits();
    for (let n = 0; n < 20; n += 1) {
      expect(waitMs('192.0.2.1')).toBeUndefined();
      noteFailure('192.0.2.1');
    }
    expect(waitMs('192.0.2.1')).toBe(500);
    expect(waitMs('192.0.2.2')).toBeUndefined();
    pass(499);
    expect(waitMs('192.0.2.1')).toBe(1);
    pass(1);
    expect(waitMs('192.0.2.1')).toBeUndefined();
    expect(refused).toEqual(['failed_authentications', 'failed_authentications']);
  });

  it('opens so many sockets that have not said who they are, those of one IPv6 network together', () => {
    const { awaitInit, mayOpen, refused } = limits();
    const first = awaitInit('2001:db8::1');
    awaitInit('2001:db8::2');
    expect(awaitInit('2001:db8::3')).toBeUndefined();
    expect(mayOpen('2001:db8:1::1')).toBe(true);
    // Told twice, by its key and by its end, it counts once.
    first?.();
    first?.();
    expect(awaitInit('2001:db8::3')).toBeDefined();
    expect(mayOpen('2001:db8::4')).toBe(false);
    expect(refused).toEqual(['unauthenticated_sockets', 'unauthenticated_sockets']);
  });
});
