import type { Logger } from 'pino';
import type { Database } from '../../database/database.js';
import { createMicroBatch } from '../../database/micro-batch.js';
import type { ApiKeyId } from '../../events/kernel/ids.js';
import { atMost, boundedBy, type Running } from '../../lifecycle.js';
import type { Caller } from '../caller.js';
import { leaseTokens, type LeaseAsk } from './lease-rows.js';
import { rateOf, type BudgetKind, type Quota, type Rate } from './quota.js';
import { databaseIsSilent, rateLimited, type Limit } from './refusals.js';
import {
  isRefused,
  newSlice,
  remainingOf,
  retryAfterMs,
  settleLease,
  sliceSize,
  spend,
  type Leased,
  type Slice,
} from './slice.js';

/** What of a budget is left, as far as this process knows. */
export interface Remaining {
  readonly remaining: number;
  /** When it will be full if nothing is used meanwhile. */
  readonly fullInMs: number;
}

/** What each key may use in a second, over all processes. */
export interface Budgets extends Running {
  /**
   * How many of `wanted` were taken, at least `least` (default: all). At once where this process has them; else when
   * Postgres has answered, which it is given until `withinMs`.
   * @throws AppError RATE_LIMITED, and nothing was taken; UNAVAILABLE when Postgres is away and what was leased is spent
   */
  take(caller: Caller, kind: BudgetKind, asked: BudgetAsk): number | Promise<number>;
  /** What was taken and not used after all. */
  giveBack(caller: Caller, kind: BudgetKind, count: number): void;
  remaining(caller: Caller, kind: BudgetKind): Remaining;
}

export interface BudgetAsk {
  readonly wanted: number;
  readonly least?: number;
  readonly withinMs: number;
}

/** Not of a port: whoever leases, from wherever the buckets are. */
export type Lease = (ask: LeaseAsk) => Promise<Leased>;

export interface BudgetsDeps {
  readonly lease: Lease;
  readonly defaults: Quota;
  readonly onRefused: (limit: Limit) => void;
  readonly logger: Logger;
  /** In ms, of a clock that is never set. */
  readonly now?: () => number;
}

const BATCH_MAX = 500;
const WAITING_MAX = 10_000;
const AHEAD_EVERY_MS = 20;
/** A Postgres that doesn't answer keeps no process from its end. */
const STOP_WITHIN_MS = 1_000;
/** What isn't used by then is given back: others may want it. */
const IDLE_MS = 10_000;
const SWEEP_EVERY_MS = 1_000;
/** Nothing is remembered of a key that nobody uses. */
const FORGOTTEN_AFTER_MS = 60_000;

/** Many keys' leases are one statement. */
export const leaseFrom = (database: Database): Lease =>
  createMicroBatch({
    sizeMax: BATCH_MAX,
    waitingMax: WAITING_MAX,
    run: (asks: readonly LeaseAsk[]) => leaseTokens(database, asks),
  });

/** A slice, and the one lease of it that may be under way. */
interface Entry extends Slice {
  readonly keyId: ApiKeyId;
  readonly kind: BudgetKind;
  rate: Rate;
  leasing: Promise<void> | undefined;
  /** Of those who wait for it. */
  awaited: number;
  /** No slice is fetched ahead before: of a bucket that is all but empty each would bring a token or two. */
  aheadAt: number;
}

/**
 * Leases a tenth of a second of each key's tokens at a time and spends them in memory: a request costs a look into a map,
 * and a busy key some ten statements a second. The next slice is fetched before this one is spent.
 */
export function createBudgets(deps: BudgetsDeps): Budgets {
  const { lease, defaults, onRefused, logger, now = () => performance.now() } = deps;
  const entries: Kinds = { requests: new Map(), sends: new Map(), cost: new Map() };
  const entryOf = (caller: Caller, kind: BudgetKind): Entry => {
    const ofKind = entries[kind];
    const rate = rateOf(kind, caller.quota, defaults);
    const known = ofKind.get(caller.keyId);
    if (known !== undefined) {
      known.rate = rate;
      return known;
    }
    const { keyId } = caller;
    const made = { ...newSlice(rate, now()), keyId, kind, rate, leasing: undefined, awaited: 0, aheadAt: 0 };
    ofKind.set(keyId, made);
    return made;
  };
  const renew = createRenewal(lease, now);
  const sweep = setInterval(() => giveBackIdle(entries, renew, logger, now()), SWEEP_EVERY_MS).unref();
  return {
    take(caller, kind, { wanted, least = wanted, withinMs }) {
      const entry = entryOf(caller, kind);
      if (spend(entry, wanted, wanted, now()) === wanted) {
        renew.ahead(entry);
        return wanted;
      }
      // Whatever is asked will cost something: both are one statement.
      if (kind === 'requests') renew.ahead(entryOf(caller, 'cost'));
      return takeLater(entry, { wanted, least, withinMs }, renew, { now, onRefused });
    },
    giveBack: (caller, kind, count) => void (entryOf(caller, kind).tokens += count),
    remaining(caller, kind) {
      const entry = entryOf(caller, kind);
      const remaining = remainingOf(entry, entry.rate, now());
      return { remaining, fullInMs: ((entry.rate.burst - remaining) / entry.rate.perSecond) * 1_000 };
    },
    async stop() {
      clearInterval(sweep);
      const given = Promise.allSettled(allOf(entries).map((entry) => entry.leasing ?? renew.return(entry)));
      await atMost(STOP_WITHIN_MS, given);
    },
  };
}

type Kinds = Readonly<Record<BudgetKind, Map<ApiKeyId, Entry>>>;
const allOf = (entries: Kinds): readonly Entry[] => Object.values(entries).flatMap((ofKind) => [...ofKind.values()]);

interface Renewal {
  /** One lease at a time: whoever comes meanwhile waits for it, and asks again. */
  now(entry: Entry, need: number): Promise<void>;
  /** Before it is needed, where less than half a slice is left; whether it succeeds or not. */
  ahead(entry: Entry): void;
  return(entry: Entry): Promise<void>;
}

function createRenewal(lease: Lease, now: () => number): Renewal {
  const renew = (entry: Entry, need: number, more: number): Promise<void> => {
    const { keyId, kind, rate } = entry;
    const settle = (leased: Leased) => settleLease(entry, need, leased, rate, now());
    return (entry.leasing ??= lease({ keyId, kind, need, more, rate })
      .then(settle)
      .finally(() => (entry.leasing = undefined)));
  };
  return {
    now: (entry, need) => renew(entry, need, Math.max(0, entry.awaited - entry.tokens - need) + sliceSize(entry.rate)),
    ahead(entry) {
      const isLow = entry.tokens < sliceSize(entry.rate) / 2;
      if (!isLow || entry.leasing !== undefined || now() < Math.max(entry.aheadAt, entry.refusedUntil)) return;
      entry.aheadAt = now() + AHEAD_EVERY_MS;
      // A failure is told to whoever then waits.
      void renew(entry, 0, sliceSize(entry.rate)).catch(() => undefined);
    },
    async return(entry) {
      const { tokens } = entry;
      entry.tokens = 0;
      if (tokens > 0) await renew(entry, 0, -tokens);
    },
  };
}

/** Each round either leases what is needed or learns that it isn't there, so it ends. Fewer than wanted are the last word. */
async function takeLater(
  entry: Entry,
  { wanted, least, withinMs }: Required<BudgetAsk>,
  renew: Renewal,
  { now, onRefused }: { readonly now: () => number; readonly onRefused: (limit: Limit) => void },
): Promise<number> {
  const until = now() + withinMs;
  // Whether a lease was asked for that this is part of.
  let isAsked = false;
  entry.awaited += wanted;
  try {
    for (;;) {
      const need = Math.max(0, least - entry.tokens);
      const isOver = isRefused(entry, Math.max(1, need), now());
      const spent = spend(entry, wanted, isAsked || isOver ? least : wanted, now());
      if (spent > 0) {
        if (spent < wanted) onRefused(entry.kind);
        return spent;
      }
      if (isOver) break;
      isAsked = entry.leasing === undefined;
      await boundedBy(Math.max(0, until - now()), databaseIsSilent, () => renew.now(entry, need));
    }
  } finally {
    entry.awaited -= wanted;
  }
  onRefused(entry.kind);
  throw rateLimited(entry.kind, retryAfterMs(entry, least, entry.rate, now()));
}

function giveBackIdle(entries: Kinds, renew: Renewal, logger: Logger, now: number): void {
  for (const entry of allOf(entries)) {
    const idleMs = now - entry.usedAt;
    if (entry.leasing !== undefined || idleMs < IDLE_MS) continue;
    if (entry.tokens > 0) {
      // They flow in again by themselves.
      renew.return(entry).catch((error: unknown) => logger.debug({ err: error }, 'Tokens were not given back.'));
    } else if (idleMs > FORGOTTEN_AFTER_MS) entries[entry.kind].delete(entry.keyId);
  }
}
