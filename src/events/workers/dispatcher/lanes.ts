import { sql } from 'drizzle-orm';
import type { Transaction } from '../../../database/database.js';
import { conversationIds, type ConversationId } from '../../kernel/ids.js';

/**
 * The head of the lane `c(id)`, to be joined laterally. States that hold a place in the lane; scheduled rows aren't in it
 * yet; unknown, settled and cancelled ones have left it (rule 18). What is under way is the head, wherever it stands: a
 * lane does one thing at a time, also when a message that has become due takes its place in it. One index probe per state
 * and not one sorted `in (…)`: the cost must not grow with what waits behind the head.
 */
export const laneHead = sql`(
  select first.* from unnest('{waiting,claimed,calling,in_doubt}'::text[]) as held(state)
  cross join lateral (
    select d.* from work.dispatches d
    where d.conversation_id = c.id and d.state = held.state
    order by d.queue_offset, d.message_id, d.part limit 1
  ) first
  order by first.state = 'waiting', first.queue_offset, first.message_id, first.part limit 1)`;

/**
 * Sets each lane to what its head waits for now, and removes those with nothing left in them. To be called after
 * anything that made, settled or gave back dispatches, in the same transaction, **once, after all row updates**.
 *
 * Everybody who changes dispatches takes locks in one order, each kind sorted by its key, so that several processes wait
 * for each other and never in a circle: positions, dispatches, providers' ids, lanes, addresses, idempotency keys, rates.
 * Claims begin with the channel's rate and take lanes before heads; they wait for none of them.
 *
 * A lane that isn't there is left so, unless the caller made rows wait that didn't: the intake, a promotion, a resend.
 * Anybody else's row had a lane as long as it mattered; a lane that was made after he took his locks is set already, and
 * to write it then would be to lock it out of turn. The intakes of a partition go one by one behind its position; a
 * promotion may meet one of them in a circle, where lanes of several conversations come into being at that moment: one of
 * the two is undone by Postgres after a second, and begins anew.
 */
export async function advanceLanes(
  tx: Transaction,
  conversations: readonly ConversationId[],
  absent: 'left' | 'made' = 'left',
): Promise<void> {
  if (conversations.length === 0) return;
  const uuids = [...new Set(conversations)].map((id) => conversationIds.toUuid(id)).sort();
  // A statement of its own: whoever waited here must read the dispatches as the lock's last holder left them.
  const locked = await tx.execute<{ conversation_id: string }>(sql`
    select conversation_id from work.lanes where conversation_id = any(${sql.param(uuids)}::uuid[])
    order by conversation_id for update`);
  await setLanes(tx, absent === 'made' ? uuids : locked.rows.map((lane) => lane.conversation_id));
}

/**
 * The second half of `advanceLanes`, for who holds the lanes' locks already. A lane whose head isn't waiting is looked at
 * again when the head's lease ends, and never more often than once a second: what is expired is the sweep's.
 */
export async function setLanes(tx: Transaction, conversationUuids: readonly string[]): Promise<void> {
  if (conversationUuids.length === 0) return;
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
