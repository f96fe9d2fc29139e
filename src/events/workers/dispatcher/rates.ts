import { sql } from 'drizzle-orm';
import type { Executor, Transaction } from '../../../database/database.js';
import type { ChannelRate } from '../../../providers/provider.js';
import { channelIds, type ChannelId } from '../../kernel/ids.js';
import { DEFERRED_MAX_MS } from './back-off.js';
import { tokensIn, type Bucket } from './token-bucket.js';

/**
 * Until when nothing is claimed; what lies further off than any pause was written before the clock was set back, and
 * counts no more (F34).
 */
const throttledUntil = sql`case when r.throttled_until <= clock_timestamp() + make_interval(secs => ${DEFERRED_MAX_MS / 1_000})
  then r.throttled_until end`;

/** A throttled channel fills from its pause's end on. `greatest` passes over null. */
const filledSince = sql`greatest(r.refilled_at, ${throttledUntil})`;

/** Columns of `work.channel_rates r` that `bucketOf` reads; null where the row isn't there. */
export const bucketColumns = sql`r.tokens, extract(epoch from clock_timestamp() - ${filledSince})::float8 as age_seconds,
  (extract(epoch from ${throttledUntil} - clock_timestamp()) * 1000)::float8 as throttled_for_ms`;

export interface BucketRow extends Record<string, unknown> {
  readonly tokens: number | null;
  readonly age_seconds: number | null;
  readonly throttled_for_ms: number | null;
}

export const bucketOf = ({ tokens, age_seconds: ageSeconds, throttled_for_ms: left }: BucketRow): Bucket | undefined =>
  tokens === null || ageSeconds === null ? undefined : { tokens, ageSeconds, throttledForMs: Math.max(0, left ?? 0) };

/** Makes a channel's row, full, if there is none. On its own and before the claim: the claim itself waits for nobody. */
export async function openBucket(executor: Executor, channelId: ChannelId, { burst }: ChannelRate): Promise<void> {
  await executor.execute(sql`
    insert into work.channel_rates (channel_id, tokens, refilled_at)
    values (${channelIds.toUuid(channelId)}, ${burst}, clock_timestamp()) on conflict do nothing`);
}

/** The channel's row in this transaction's hands. */
export interface LockedBucket {
  /** Whole tokens: so many may be claimed. */
  readonly free: number;
  /** Takes what was claimed, not what was asked for: the rest stays. Once. */
  debit(claimed: number): Promise<void>;
}

/** Undefined: another claim of this channel is under way, its provider asked for a pause, or the row isn't there. Never waits. */
export async function lockBucket(
  tx: Transaction,
  channelId: ChannelId,
  rate: ChannelRate,
): Promise<LockedBucket | undefined> {
  const found = await tx.execute<BucketRow>(sql`
    select ${bucketColumns} from work.channel_rates r
    where r.channel_id = ${channelIds.toUuid(channelId)} for update skip locked`);
  const bucket = found.rows[0] && bucketOf(found.rows[0]);
  if (bucket === undefined || bucket.throttledForMs > 0) return undefined;
  const debit = (claimed: number) => writeBucket(tx, channelId, rate, claimed);
  return {
    free: Math.max(0, Math.floor(tokensIn(bucket, rate))),
    // Nothing was taken and nothing is to be put right: the row stays as it is, and time goes on filling it.
    debit: async (claimed) => (claimed > 0 || bucket.ageSeconds < 0 ? debit(claimed) : undefined),
  };
}

/** As `tokensIn` reckons, once more and at this moment: what has flowed in since the lock isn't lost. */
async function writeBucket(
  tx: Transaction,
  channelId: ChannelId,
  { perSecond, burst }: ChannelRate,
  claimed: number,
): Promise<void> {
  // One reading of the clock for both columns: between two of them something would flow in twice.
  await tx.execute(sql`
    update work.channel_rates r
    set refilled_at = clock.reads, tokens = least(${burst}::float8,
      r.tokens + greatest(0, extract(epoch from clock.reads - ${filledSince})::float8) * ${perSecond}::float8) - ${claimed}
    from (select clock_timestamp() as reads) clock
    where r.channel_id = ${channelIds.toUuid(channelId)}`);
}

export interface ChannelPause {
  readonly channelId: ChannelId;
  /** 0: none. */
  readonly pauseMs: number;
}

/**
 * Nothing of these channels is claimed before their pause is over, by whichever dispatcher, and then they begin with an
 * empty bucket: slowly, and not with a burst into a provider that has just asked for less. A longer pause stays. Last in
 * the order of locks, sorted; claims hold this row shortly and wait for nobody.
 */
export async function pauseChannels(tx: Transaction, pauses: readonly ChannelPause[]): Promise<void> {
  const longest = new Map<string, number>();
  for (const { channelId, pauseMs } of pauses) {
    const id = channelIds.toUuid(channelId);
    if (pauseMs > (longest.get(id) ?? 0)) longest.set(id, pauseMs);
  }
  if (longest.size === 0) return;
  await tx.execute(sql`
    insert into work.channel_rates as r (channel_id, tokens, refilled_at, throttled_until)
    select c.id, 0, clock_timestamp(), clock_timestamp() + make_interval(secs => c.pause_ms / 1000.0)
    from unnest(${sql.param([...longest.keys()])}::uuid[], ${sql.param([...longest.values()])}::int[]) as c(id, pause_ms)
    order by c.id
    on conflict (channel_id) do update set tokens = least(r.tokens, 0), refilled_at = excluded.refilled_at,
      throttled_until = greatest(${throttledUntil}, excluded.throttled_until)`);
}
