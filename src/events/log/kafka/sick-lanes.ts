/** After it a lane that still fails may fail a whole batch again: a lane that nobody writes to must not cost for ever. */
const FORGET_AFTER_MS = 30_000;
const RETRY_EVERY_MS = 500;

/** The lanes (partitions) that Kafka refuses, or may have refused: while there are any, each is written on its own. */
export interface SickLanes {
  isEmpty(now: number): boolean;
  has(lane: number): boolean;
  /** It failed alone half a second ago or less: not worth the time of those who wait behind it. */
  isHopeless(lane: number, now: number): boolean;
  /** It was part of a batch that failed: one of these it was. */
  suspect(lane: number, now: number): void;
  failed(lane: number, now: number): void;
  recovered(lane: number): void;
}

export function createSickLanes(): SickLanes {
  const since = new Map<number, { readonly seenAt: number; readonly retryAt: number }>();
  return {
    isEmpty(now) {
      for (const [lane, { seenAt }] of since) if (now - seenAt > FORGET_AFTER_MS) since.delete(lane);
      return since.size === 0;
    },
    has: (lane) => since.has(lane),
    isHopeless: (lane, now) => now < (since.get(lane)?.retryAt ?? now),
    suspect: (lane, now) => void since.set(lane, { seenAt: now, retryAt: now }),
    failed: (lane, now) => void since.set(lane, { seenAt: now, retryAt: now + RETRY_EVERY_MS }),
    recovered: (lane) => void since.delete(lane),
  };
}
