import { sql } from 'drizzle-orm';
import type { Database, Executor } from '../../../database/database.js';
import { channelIds, type ChannelId } from '../../kernel/ids.js';
import { subjectColumns, subjectOf, type DispatchSubject, type SubjectRow } from './dispatch.js';
import { laneHead, setLanes } from './lanes.js';

/** A dispatch that this process holds until the lease runs out. */
export interface ClaimedDispatch extends DispatchSubject {
  /** The number of the last call that began; the next one is one more. */
  readonly call: number;
  /** JSON of what is to be sent; judged before the call. */
  readonly payload: unknown;
  readonly leaseToken: string;
}

/** When a channel's first lane is due; negative or 0: now. */
export interface ChannelDue {
  readonly channelId: ChannelId;
  readonly dueInMs: number;
}

/**
 * Each channel that has lanes, with when its first one is due. A loose index scan, one probe per channel: a channel with
 * a million lanes costs as much as one with a single lane.
 */
export async function findDueChannels(executor: Executor): Promise<readonly ChannelDue[]> {
  const found = await executor.execute<{ channel_id: string; due_in_ms: number }>(sql`
    with recursive c as (
      (select channel_id from work.lanes order by channel_id limit 1)
      union all
      select (select l.channel_id from work.lanes l where l.channel_id > c.channel_id order by l.channel_id limit 1)
      from c where c.channel_id is not null
    )
    select c.channel_id, (extract(epoch from first.run_at - clock_timestamp()) * 1000)::float8 as due_in_ms
    from c cross join lateral (
      select l.run_at from work.lanes l where l.channel_id = c.channel_id order by l.run_at limit 1
    ) first`);
  return found.rows.map((row) => ({ channelId: channelIds.fromUuid(row.channel_id), dueInMs: row.due_in_ms }));
}

export interface ClaimRequest {
  readonly channelId: ChannelId;
  /** One for each dispatch that may be claimed at most. */
  readonly leaseTokens: readonly string[];
  readonly leaseMs: number;
}

/**
 * Claims the due heads of one channel's lanes, the longest due first. Lanes are locked, never messages, and those that
 * somebody else holds are passed over, so that k dispatchers share a queue and order within a conversation holds (rule 18).
 */
export async function claimDue(database: Database, request: ClaimRequest): Promise<readonly ClaimedDispatch[]> {
  return database.transaction(async (tx) => {
    const lanes = await tx.execute<{ conversation_id: string }>(sql`
      select conversation_id from work.lanes
      where channel_id = ${channelIds.toUuid(request.channelId)} and run_at <= clock_timestamp()
      order by run_at limit ${request.leaseTokens.length} for update skip locked`);
    if (lanes.rows.length === 0) return [];
    const conversations = lanes.rows.map((lane) => lane.conversation_id).sort();
    const tokens = request.leaseTokens.slice(0, conversations.length);
    // In a statement of its own, which sees what the locks' last holders committed. The state is compared once more, on
    // the row itself: only a head that waits is taken.
    const claimed = await tx.execute<SubjectRow & { call: number; payload: unknown; lease_token: string }>(sql`
      update work.dispatches d
      set state = 'claimed', lease_token = c.token,
        lease_until = clock_timestamp() + make_interval(secs => ${request.leaseMs / 1_000})
      from unnest(${sql.param(conversations)}::uuid[], ${sql.param(tokens)}::uuid[]) as c(id, token)
      cross join lateral ${laneHead} head
      where d.message_id = head.message_id and d.attempt = head.attempt and d.part = head.part
        and d.state = 'waiting' and d.run_at <= clock_timestamp()
      returning ${subjectColumns}, d.call, d.payload, d.lease_token`);
    await setLanes(tx, conversations);
    return claimed.rows.map((row) => ({
      ...subjectOf(row),
      call: row.call,
      payload: row.payload,
      leaseToken: row.lease_token,
    }));
  });
}
