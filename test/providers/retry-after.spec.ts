import { describe, expect, it } from 'vitest';
import { retryAfterOf } from '../../src/providers/retry-after.js';

const NOW = new Date('2026-06-01T12:00:00.000Z');
const said = (retryAfter: string | string[] | undefined, date?: string) =>
  retryAfterOf({ 'retry-after': retryAfter, date }, NOW);

describe('Retry-After', () => {
  it('is read in seconds and as each form of an HTTP date', () => {
    expect(said('1')).toBe(1_000);
    expect(said('Mon, 01 Jun 2026 12:00:30 GMT')).toBe(30_000);
    expect(said('Monday, 01-Jun-26 12:00:30 GMT')).toBe(30_000);
    expect(said('Mon Jun  1 12:00:30 2026 GMT')).toBe(30_000);
  });

  it('is reckoned by the clock of the provider where it tells its time', () => {
    expect(said('Mon, 01 Jun 2026 15:00:30 GMT', 'Mon, 01 Jun 2026 15:00:00 GMT')).toBe(30_000);
    expect(said('Mon, 01 Jun 2026 12:00:30 GMT', 'lately')).toBe(30_000);
  });

  it('is bounded by the ten minutes that a message waits in all', () => {
    expect(said('86400')).toBe(600_000);
    expect(said('999999999')).toBe(600_000);
    expect(said('Fri, 01 Jan 2100 00:00:00 GMT')).toBe(600_000);
  });

  it.each([undefined, '', '0', '-1', '1.5', '1e3', '0x10', '9'.repeat(20), 'soon', 'Monday', '2026-06-01T12:00:30Z'])(
    'says nothing where it says %j',
    (nonsense) => expect(said(nonsense)).toBeUndefined(),
  );

  it('says nothing with a time that has passed, or twice', () => {
    expect(said('Mon, 01 Jun 2026 11:59:59 GMT')).toBeUndefined();
    expect(said(['1', '2'])).toBeUndefined();
  });
});
