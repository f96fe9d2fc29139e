import type { Rate } from './quota.js';

/** What one process has leased of a key's bucket, which all share, and what it last heard of the rest. Times in ms. */
export interface Slice {
  /** Leased and not spent; whole. */
  tokens: number;
  usedAt: number;
  /** What the bucket held after the last lease, and when that was. */
  left: number;
  leftAt: number;
  /** So many were not to be had; nobody asks for as many before `refusedUntil`. */
  refusedNeed: number;
  refusedUntil: number;
}

/** A tenth of a second: what a process may hold beside what it spends, and so what the sum is out by for each process. */
const SLICE_SECONDS = 0.1;
/** Whoever floods is refused out of memory meanwhile: at most 50 questions a second for each bucket. */
const REFUSED_FOR_MS_MIN = 20;
/** Others may have given back what they did not need. */
const REFUSED_FOR_MS_MAX = 1_000;

/** Nothing is known of a bucket that nobody asked about: it is full. */
export const newSlice = ({ burst }: Rate, now: number): Slice => ({
  ...{ tokens: 0, usedAt: now, left: burst, leftAt: now },
  ...{ refusedNeed: Infinity, refusedUntil: 0 },
});

/** What a lease brings beyond what is needed; 0 at a low rate, which is then kept to the letter. */
export const sliceSize = ({ perSecond }: Rate): number => Math.floor(perSecond * SLICE_SECONDS);

/** Takes `wanted`, or as many as there are but no fewer than `least`. 0: so many aren't here. */
export function spend(slice: Slice, wanted: number, least: number, now: number): number {
  slice.usedAt = now;
  if (slice.tokens < Math.max(1, least)) return 0;
  const spent = Math.min(wanted, slice.tokens);
  slice.tokens -= spent;
  return spent;
}

export const isRefused = (slice: Slice, least: number, now: number): boolean =>
  least >= slice.refusedNeed && now < slice.refusedUntil;

/** What a lease came to: some tokens, or that the bucket doesn't hold as many as were needed. */
export interface Leased {
  readonly granted: number;
  readonly left: number;
}

export function settleLease(slice: Slice, need: number, { granted, left }: Leased, rate: Rate, now: number): void {
  // Less than none: some were given back, which were taken off before.
  slice.tokens += Math.max(0, granted);
  slice.left = left;
  slice.leftAt = now;
  if (granted !== 0 || left >= Math.max(1, need)) return;
  slice.refusedNeed = Math.max(1, need);
  const missing = ((need - left) / rate.perSecond) * 1_000;
  slice.refusedUntil = now + Math.min(Math.max(missing, REFUSED_FOR_MS_MIN), REFUSED_FOR_MS_MAX);
}

/** What the bucket holds by now if nobody else took of it. */
const leftAt = (slice: Slice, { perSecond, burst }: Rate, now: number): number =>
  Math.min(burst, slice.left + (Math.max(0, now - slice.leftAt) / 1_000) * perSecond);

/** In whole milliseconds, at least 1: when there will be so many, as far as is known here. */
export const retryAfterMs = (slice: Slice, least: number, rate: Rate, now: number): number =>
  Math.max(1, Math.ceil(((least - leftAt(slice, rate, now) - slice.tokens) / rate.perSecond) * 1_000));

/** What could be spent now, as far as is known here. */
export const remainingOf = (slice: Slice, rate: Rate, now: number): number =>
  Math.floor(Math.min(rate.burst, leftAt(slice, rate, now) + slice.tokens));
