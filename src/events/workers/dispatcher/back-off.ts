/** Why the provider surely didn't process a call. */
export type DeferralReason = 'throttled' | 'unavailable';

/** What a deferral's pause is reckoned from. */
export interface DeferralHistory {
  /** How often the provider put this part off before. */
  readonly deferrals: number;
  /** How long ago it did so first, by the database's clock; 0 before the first. */
  readonly deferredForMs: number;
  /** From 0 to 1, made by chance. */
  readonly random: number;
}

/** What the provider said of it. */
export interface Asked {
  readonly retryAfterMs?: number;
  /** Only this address is written to too often. */
  readonly isOfAddress?: true;
}

/** All pauses of one part together (rule 18): after that somebody else decides. */
export const DEFERRED_MAX_MS = 600_000;

const PAUSE_FIRST_MS = 1_000;
/** Times one and a half at most: 60 s. */
const PAUSE_GROWN_MS = 40_000;
/** Whoever throttles isn't asked again sooner, even if he says so: an answer of 0 would make a loop of it. */
const THROTTLED_MIN_MS = 1_000;

export interface Deferral {
  readonly reason: DeferralReason;
  /** When the part may come again. */
  readonly delayMs: number;
  /** For how long nothing of the channel is to be sent; 0: the others may go on. */
  readonly channelPauseMs: number;
}

/**
 * How long to wait after a call that surely wasn't processed: what the provider asks for, else a pause that doubles from
 * 1 s to at most 60 s, more or less by half so that those who were refused together don't come back together. The last
 * pause is cut to what is left of the ten minutes; undefined: nothing is left.
 */
export function deferralOf(
  reason: DeferralReason,
  { retryAfterMs, isOfAddress }: Asked,
  { deferrals, deferredForMs, random }: DeferralHistory,
): Deferral | undefined {
  // Below 0 when that clock was set back.
  const leftMs = DEFERRED_MAX_MS - Math.max(0, deferredForMs);
  if (leftMs <= 0) return undefined;
  const grown = Math.min(PAUSE_FIRST_MS * 2 ** deferrals, PAUSE_GROWN_MS) * (0.5 + random);
  const asked = reason === 'throttled' ? Math.max(retryAfterMs ?? grown, THROTTLED_MIN_MS) : grown;
  const pauseMs = Math.ceil(Math.min(asked, DEFERRED_MAX_MS));
  return {
    reason,
    delayMs: Math.min(pauseMs, Math.ceil(leftMs)),
    channelPauseMs: reason === 'throttled' && isOfAddress !== true ? pauseMs : 0,
  };
}
