import { createHash } from 'node:crypto';
import { sql, type SQL } from 'drizzle-orm';
import type { Executor } from '../database/database.js';
import { channelIds, type ChannelId } from '../events/kernel/ids.js';

export const tokenHashOf = (token: string): Buffer => createHash('sha256').update(token).digest();

/** Who wants to show a token. */
export interface Turn {
  readonly tokenHash: Buffer;
  readonly channelId: ChannelId;
  readonly leaseToken: string;
  readonly leaseMs: number;
  /** A token that came so lately is not shown: what its credentials are refused for, no others would be taken for. */
  readonly restMs: number;
}

/**
 * - `ours`: it was shown by nobody, and only we may show it now
 * - `asking`: somebody shows it at this moment
 * - `resting`: somebody did, it surely wasn't processed, and it is too early to try again
 * - `settled`: what came instead is stored
 * - `lost`: it was shown, and nobody knows what came of it
 * - `young`: it came itself by an exchange, a moment ago
 */
export type TurnTaken = 'ours' | 'asking' | 'resting' | 'settled' | 'lost' | 'young';

/**
 * Takes the turn to show a token, if it may be shown at all. Committed before it is: whoever dies then has shown it. May be
 * repeated by whoever didn't hear what came of it, and hasn't shown it.
 */
export async function takeTurn(executor: Executor, turn: Turn): Promise<TurnTaken> {
  const { tokenHash, channelId, leaseToken, leaseMs, restMs } = turn;
  const taken = await executor.execute(sql`
    insert into config.spent_tokens as held (token_hash, channel_id, state, lease_token, lease_until)
    select ${tokenHash}::bytea, ${channelIds.toUuid(channelId)}::uuid, 'asking', ${leaseToken}::uuid, ${inMs(leaseMs)}
    where not exists (
      select from config.spent_tokens made
      where made.result_hash = ${tokenHash}::bytea and made.settled_at > now() - ${interval(restMs)})
    on conflict (token_hash) do update
    set channel_id = excluded.channel_id, state = 'asking', lease_token = excluded.lease_token,
      lease_until = excluded.lease_until
    where held.state = 'resting' and held.lease_until <= now()
      or held.state = 'asking' and held.lease_token = excluded.lease_token
    returning 1`);
  if (taken.rows.length > 0) return 'ours';
  // In a statement of its own: the one above doesn't see the row that another committed meanwhile.
  const found = await executor.execute<{ turn: Exclude<TurnTaken, 'ours'> }>(sql`
    select case when state = 'asking' and lease_until <= now() then 'lost' else state end as turn
    from config.spent_tokens where token_hash = ${tokenHash}::bytea`);
  return found.rows[0]?.turn ?? 'young';
}

/** What became of it, said by whoever has the turn. @param resultHash of what came instead, with `settled` */
export async function endTurn(
  executor: Executor,
  { tokenHash, leaseToken }: Pick<Turn, 'tokenHash' | 'leaseToken'>,
  end: { readonly state: 'resting'; readonly forMs: number } | { readonly state: 'lost' },
): Promise<void> {
  await executor.execute(sql`
    update config.spent_tokens
    set state = ${end.state}, lease_until = ${inMs(end.state === 'resting' ? end.forMs : 0)}
    where token_hash = ${tokenHash}::bytea and lease_token = ${leaseToken}::uuid and state = 'asking'`);
}

/** What came instead is stored, in the same transaction: by whoever showed it, or who learned of it later. */
export async function settleTurn(executor: Executor, tokenHash: Buffer, resultHash: Buffer): Promise<void> {
  await executor.execute(sql`
    update config.spent_tokens set state = 'settled', settled_at = now(), result_hash = ${resultHash}::bytea
    where token_hash = ${tokenHash}::bytea`);
}

const interval = (ms: number): SQL => sql`${ms}::double precision * interval '1 millisecond'`;
const inMs = (ms: number): SQL => sql`now() + ${interval(ms)}`;
