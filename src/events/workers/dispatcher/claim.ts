import { sql } from 'drizzle-orm';
import type { Database, Executor, Transaction } from '../../../database/database.js';
import type { ChannelRate } from '../../../providers/provider.js';
import { barOf, type Bar } from '../../contact/state.js';
import { channelIds, type ChannelId } from '../../kernel/ids.js';
import { barsOf, type BarsColumn } from '../../outbox/contact-bars.js';
import {
  dispatchPayload,
  subjectColumns,
  subjectOf,
  type DispatchPayload,
  type DispatchSubject,
  type SubjectRow,
} from './dispatch.js';
import { laneHead, setLanes } from './lanes.js';
import { bucketColumns, bucketOf, lockBucket, type BucketRow } from './rates.js';
import type { Bucket } from './token-bucket.js';

/** A dispatch that this process holds until the lease runs out. */
export interface ClaimedDispatch extends DispatchSubject {
  /** The number of the last call that began; the next one is one more. */
  readonly call: number;
  /** How often the provider put it off, and for how long it has been doing so by the database's clock; 0 and 0: never. */
  readonly deferrals: number;
  readonly deferredForMs: number;
  /** It was to be sent later, and is due now. */
  readonly isScheduled: boolean;
  /** The contact went over from an address of this conversation to another one, once. */
  readonly hasMoved: boolean;
  /** Why the contact may not be written to any more, as the row said when it was claimed. */
  readonly bar?: Bar | undefined;
  /** Undefined where it can't be sent: erased before it was, or of a kind that a newer version wrote. */
  readonly payload: DispatchPayload | undefined;
  readonly leaseToken: string;
}

/** When a channel's first lane is due; negative or 0: now. */
export interface ChannelDue {
  readonly channelId: ChannelId;
  readonly dueInMs: number;
  /** Undefined: nothing was ever claimed of this channel. */
  readonly bucket: Bucket | undefined;
}

/**
 * Each channel that has lanes, with when its first one is due, and what its rate leaves it. A loose index scan, one probe
 * per channel: a channel with a million lanes costs as much as one with a single lane, and one without tokens no lock.
 */
export async function findDueChannels(executor: Executor): Promise<readonly ChannelDue[]> {
  const found = await executor.execute<DueRow>(sql`
    with recursive c as (
      (select channel_id from work.lanes order by channel_id limit 1)
      union all
      select (select l.channel_id from work.lanes l where l.channel_id > c.channel_id order by l.channel_id limit 1)
      from c where c.channel_id is not null
    )
    select c.channel_id, (extract(epoch from first.run_at - clock_timestamp()) * 1000)::float8 as due_in_ms,
      ${bucketColumns}
    from c cross join lateral (
      select l.run_at from work.lanes l where l.channel_id = c.channel_id order by l.run_at limit 1
    ) first
    left join work.channel_rates r on r.channel_id = c.channel_id`);
  return found.rows.map((row) => ({
    channelId: channelIds.fromUuid(row.channel_id),
    dueInMs: row.due_in_ms,
    bucket: bucketOf(row),
  }));
}

interface DueRow extends BucketRow {
  readonly channel_id: string;
  readonly due_in_ms: number;
}

export interface ClaimRequest {
  readonly channelId: ChannelId;
  /** What all claims of this channel together keep to. */
  readonly rate: ChannelRate;
  /** One for each dispatch that may be claimed at most. */
  readonly leaseTokens: readonly string[];
  readonly leaseMs: number;
}

/**
 * Claims the due heads of one channel's lanes, the longest due first, as many as its rate lets through. Lanes are locked,
 * never messages, and those that somebody else holds are passed over, so that k dispatchers share a queue and order within
 * a conversation holds (rule 18).
 *
 * Three kinds of rows are locked, the rate's first, then lanes, then heads, and none of them is waited for: others lock
 * dispatches before lanes, and whoever waits for nobody closes no circle, in whatever order he takes what he takes.
 */
export async function claimDue(database: Database, request: ClaimRequest): Promise<readonly ClaimedDispatch[]> {
  return database.transaction(async (tx) => {
    const bucket = await lockBucket(tx, request.channelId, request.rate);
    if (bucket === undefined) return [];
    const leaseTokens = request.leaseTokens.slice(0, bucket.free);
    const claims = await claimHeads(tx, { ...request, leaseTokens });
    await bucket.debit(claims.length);
    return claims;
  });
}

async function claimHeads(tx: Transaction, request: ClaimRequest): Promise<readonly ClaimedDispatch[]> {
  const conversations = await lockDueLanes(tx, request);
  if (conversations.length === 0) return [];
  const tokens = request.leaseTokens.slice(0, conversations.length);
  // In a statement of its own, which sees what the locks' last holders committed. The state is compared once more, on
  // the row itself: only a head that waits is taken. One that is locked has news, and its lane is set by who brings it.
  // Step by step and by key, whatever the statistics say: given the choice, and told that few rows wait when a million
  // had just come, the planner looked through all of them for each head (80,000 buffers with 1,000 instead of 230).
  const claimed = await tx.execute<ClaimedRow>(sql`
    with heads as materialized (
      select head.message_id, head.attempt, head.part, c.token
      from unnest(${sql.param(conversations)}::uuid[], ${sql.param(tokens)}::uuid[]) as c(id, token)
      cross join lateral ${laneHead} head
    ), taken as materialized (
      select heads.* from heads cross join lateral (
        select d.state, d.run_at from work.dispatches d
        where d.message_id = heads.message_id and d.attempt = heads.attempt and d.part = heads.part
        limit 1 for update skip locked
      ) d
      where d.state = 'waiting' and d.run_at <= clock_timestamp()
    )
    update work.dispatches d
    set state = 'claimed', lease_token = taken.token,
      lease_until = clock_timestamp() + make_interval(secs => ${request.leaseMs / 1_000})
    from taken
    where d.message_id = taken.message_id and d.attempt = taken.attempt and d.part = taken.part
    returning ${subjectColumns}, d.call, d.scheduled_at is not null as is_scheduled, d.payload, d.lease_token,
      ${barsOf(sql`d.contact_id`)} as bars,
      exists (select 1 from work.addresses a where a.conversation_id = d.conversation_id and a.moved_to is not null) as has_moved,
      d.deferrals, (extract(epoch from clock_timestamp() - d.deferred_since) * 1000)::float8 as deferred_for_ms`);
  await setLanes(tx, conversations);
  return claimed.rows.map((row) => ({
    ...subjectOf(row),
    call: row.call,
    isScheduled: row.is_scheduled,
    hasMoved: row.has_moved,
    bar: barOf({ isBlocked: row.bars[0], isOptedOut: row.bars[1] }),
    deferrals: row.deferrals,
    deferredForMs: row.deferred_for_ms ?? 0,
    payload: dispatchPayload.safeParse(row.payload).data,
    leaseToken: row.lease_token,
  }));
}

interface ClaimedRow extends SubjectRow {
  readonly call: number;
  readonly is_scheduled: boolean;
  readonly bars: BarsColumn;
  readonly has_moved: boolean;
  readonly payload: unknown;
  readonly lease_token: string;
  readonly deferrals: number;
  readonly deferred_for_ms: number | null;
}

/**
 * As many as there are lease tokens, sorted. The clock is read once, by a sub-select, so that the index ends where what is
 * due ends; compared row by row, all lanes behind throttled heads would be read to find that none of them is due.
 */
async function lockDueLanes(tx: Transaction, request: ClaimRequest): Promise<readonly string[]> {
  if (request.leaseTokens.length === 0) return [];
  const lanes = await tx.execute<{ conversation_id: string }>(sql`
    select conversation_id from work.lanes
    where channel_id = ${channelIds.toUuid(request.channelId)} and run_at <= (select clock_timestamp())
    order by run_at limit ${request.leaseTokens.length} for update skip locked`);
  return lanes.rows.map((lane) => lane.conversation_id).sort();
}
