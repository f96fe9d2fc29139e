import { sql } from 'drizzle-orm';
import type { Executor, Transaction } from '../../../database/database.js';
import type { ChannelRate } from '../../../providers/provider.js';
import { channelIds, type ChannelId } from '../../kernel/ids.js';
import { tokensIn, type Bucket } from './token-bucket.js';

/** Columns of `work.channel_rates r` that `bucketOf` reads; null where the row isn't there. */
export const bucketColumns = sql`r.tokens, extract(epoch from clock_timestamp() - r.refilled_at)::float8 as age_seconds`;

export interface BucketRow extends Record<string, unknown> {
  readonly tokens: number | null;
  readonly age_seconds: number | null;
}

export const bucketOf = ({ tokens, age_seconds: ageSeconds }: BucketRow): Bucket | undefined =>
  tokens === null || ageSeconds === null ? undefined : { tokens, ageSeconds };

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

/** Undefined: another claim of this channel is under way, or the row isn't there. Never waits. */
export async function lockBucket(
  tx: Transaction,
  channelId: ChannelId,
  rate: ChannelRate,
): Promise<LockedBucket | undefined> {
  const found = await tx.execute<BucketRow>(sql`
    select ${bucketColumns} from work.channel_rates r
    where r.channel_id = ${channelIds.toUuid(channelId)} for update skip locked`);
  const bucket = found.rows[0] && bucketOf(found.rows[0]);
  if (bucket === undefined) return undefined;
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
      r.tokens + greatest(0, extract(epoch from clock.reads - r.refilled_at)::float8) * ${perSecond}::float8) - ${claimed}
    from (select clock_timestamp() as reads) clock
    where r.channel_id = ${channelIds.toUuid(channelId)}`);
}
