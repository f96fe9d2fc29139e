import { sql } from 'drizzle-orm';
import type { Transaction } from '../../../database/database.js';
import { conversationIds, messageIds, type ConversationId, type MessageId } from '../../kernel/ids.js';

/** A message that takes its turn now. */
export interface Joining {
  readonly conversationId: ConversationId;
  readonly messageId: MessageId;
}

/** What a lane ends with: its greatest (queue offset, message). */
interface LaneEnd {
  /** What the intake reads next of the conversation's partition. */
  readonly next: bigint;
  readonly offset: bigint;
  readonly messageUuid: string;
}

/**
 * Where messages that have become due, or are sent again, take their place: behind everything that waits in their
 * conversation, in the order given. That is what the intake reads next; and where somebody else has taken that place
 * under a greater id, one further, for within a place ids decide.
 */
export async function placesOf(
  tx: Transaction,
  joining: readonly Joining[],
  partitionOf: (key: string) => number,
): Promise<readonly bigint[]> {
  const ends = await findLaneEnds(tx, [...new Set(joining.map((one) => one.conversationId))], partitionOf);
  return joining.map(({ conversationId, messageId }) => {
    const messageUuid = messageIds.toUuid(messageId);
    const end = ends.get(conversationId) ?? { next: 0n, offset: -1n, messageUuid: '' };
    const place = placeBehind(end, messageUuid);
    ends.set(conversationId, { ...end, offset: place, messageUuid });
    return place;
  });
}

function placeBehind({ next, offset, messageUuid: last }: LaneEnd, messageUuid: string): bigint {
  if (offset < next) return next;
  return messageUuid < last ? offset + 1n : offset;
}

/** One probe for each state that holds a place; see `laneHead`. */
async function findLaneEnds(
  tx: Transaction,
  conversations: readonly ConversationId[],
  partitionOf: (key: string) => number,
): Promise<Map<ConversationId, LaneEnd>> {
  const found = await tx.execute<{ id: string; next: bigint; offset: bigint; message_id: string }>(sql`
    select c.id, coalesce(p.next_offset, 0)::bigint as next, coalesce(last.queue_offset, -1)::bigint as "offset",
      coalesce(last.message_id::text, '') as message_id
    from unnest(${sql.param(conversations.map((id) => conversationIds.toUuid(id)))}::uuid[],
      ${sql.param(conversations.map(partitionOf))}::int[]) as c(id, partition)
    left join work.positions p on p.consumer = 'dispatcher' and p.topic = 'events' and p.partition = c.partition
    left join lateral (
      select one.* from unnest('{waiting,claimed,calling,in_doubt}'::text[]) as held(state)
      cross join lateral (
        select d.queue_offset, d.message_id from work.dispatches d
        where d.conversation_id = c.id and d.state = held.state
        order by d.queue_offset desc, d.message_id desc, d.part desc limit 1
      ) one
      order by one.queue_offset desc, one.message_id desc limit 1
    ) last on true`);
  return new Map(
    found.rows.map((row) => [
      conversationIds.fromUuid(row.id),
      { next: row.next, offset: row.offset, messageUuid: row.message_id },
    ]),
  );
}
