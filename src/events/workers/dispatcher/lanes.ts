import { sql } from 'drizzle-orm';
import type { Transaction } from '../../../database/database.js';
import { conversationIds, type ConversationId } from '../../kernel/ids.js';

/**
 * The head of the lane `c(id)`, to be joined laterally. States that hold a place in the lane; unknown, settled and
 * cancelled rows have left it (rule 18). One index probe per state and not one sorted `in (…)`: the cost must not grow
 * with what waits behind the head.
 */
export const laneHead = sql`(
  select first.* from unnest('{waiting,claimed,calling,in_doubt}'::text[]) as held(state)
  cross join lateral (
    select d.* from work.dispatches d
    where d.conversation_id = c.id and d.state = held.state
    order by d.queue_offset, d.part limit 1
  ) first
  order by first.queue_offset, first.part limit 1)`;

/**
 * Sets each lane to what its head waits for now, and removes those with nothing left in them. To be called after
 * anything that made, settled or gave back dispatches, in the same transaction, **once, after all row updates**: whoever
 * changes rows locks them first (in key order) and lanes second, else two of them deadlock.
 */
export async function advanceLanes(tx: Transaction, conversations: readonly ConversationId[]): Promise<void> {
  if (conversations.length === 0) return;
  const uuids = [...new Set(conversations)].map((id) => conversationIds.toUuid(id)).sort();
  // A statement of its own: whoever waited here must read the dispatches as the lock's last holder left them.
  await tx.execute(sql`
    select 1 from work.lanes where conversation_id = any(${sql.param(uuids)}::uuid[])
    order by conversation_id for update`);
  await setLanes(tx, uuids);
}

/**
 * The second half of `advanceLanes`, for who holds the lanes' locks already. A lane whose head isn't waiting is looked at
 * again when the head's lease ends, and never more often than once a second: what is expired is the sweep's.
 */
export async function setLanes(tx: Transaction, conversationUuids: readonly string[]): Promise<void> {
  await tx.execute(sql`
    with heads as materialized (
      select c.id, head.channel_id, case head.state
        when 'waiting' then head.run_at
        else greatest(coalesce(head.lease_until, head.run_at), now() + interval '1 second')
      end as run_at
      from unnest(${sql.param(conversationUuids)}::uuid[]) as c(id) left join lateral ${laneHead} head on true
    ), emptied as (
      delete from work.lanes l using heads where l.conversation_id = heads.id and heads.channel_id is null
    )
    insert into work.lanes (conversation_id, channel_id, run_at)
    select id, channel_id, run_at from heads where channel_id is not null order by id
    on conflict (conversation_id) do update set run_at = excluded.run_at`);
}
