import type { LeaseAsk } from '../../../src/access/limits/lease-rows.js';
import type { Lease } from '../../../src/access/limits/budgets.js';

/** The bucket that processes share, by a clock that the test sets; `limits.int.spec.ts` holds PostgreSQL to the same. */
export interface SharedBucket {
  readonly lease: Lease;
  readonly asked: LeaseAsk[];
  /** From now on every lease fails as if the database were away. */
  breakDown(): void;
}

export function sharedBucket(now: () => number): SharedBucket {
  const levels = new Map<string, { tokens: number; at: number }>();
  const asked: LeaseAsk[] = [];
  let isAway = false;
  return {
    asked,
    breakDown: () => (isAway = true),
    async lease(ask) {
      asked.push(ask);
      await Promise.resolve();
      if (isAway) throw new Error('Connection terminated unexpectedly');
      const { keyId, kind, need, more, rate } = ask;
      const known = levels.get(`${kind} ${keyId}`) ?? { tokens: rate.burst, at: now() };
      const level = Math.min(rate.burst, known.tokens + ((now() - known.at) / 1_000) * rate.perSecond);
      const granted = level < need ? 0 : Math.floor(Math.min(level, need + more));
      levels.set(`${kind} ${keyId}`, { tokens: level - granted, at: now() });
      return { granted, left: level - granted };
    },
  };
}
