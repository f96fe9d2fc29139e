import type { ChannelRate } from '../../../providers/provider.js';

/** What a channel's row says: its tokens when it was last written, and how long ago that is by the database's clock. */
export interface Bucket {
  readonly tokens: number;
  /** Negative: that clock was set back. */
  readonly ageSeconds: number;
  /** Nothing is claimed for so long: the provider asked for a pause. 0: it didn't, or it is over. */
  readonly throttledForMs: number;
}

/** What there is by now; fractions count. */
export const tokensIn = (
  { tokens, ageSeconds }: Omit<Bucket, 'throttledForMs'>,
  { perSecond, burst }: ChannelRate,
): number => Math.min(burst, tokens + Math.max(0, ageSeconds) * perSecond);

/**
 * In how many milliseconds there is a whole token, or the provider's pause is over; 0: now. A row from the future is worth
 * a claim whatever it holds: the claim writes it anew, and without that nothing would flow in until the clock is there
 * again.
 */
export function tokenInMs(bucket: Bucket, rate: ChannelRate): number {
  if (bucket.throttledForMs > 0) return bucket.throttledForMs;
  const missing = 1 - tokensIn(bucket, rate);
  return missing <= 0 || bucket.ageSeconds < 0 ? 0 : (missing / rate.perSecond) * 1_000;
}
