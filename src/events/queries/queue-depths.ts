import { sql } from 'drizzle-orm';
import type { Executor } from '../../database/database.js';
import { channelIds, type ChannelId } from '../kernel/ids.js';

export interface DepthQuestion {
  readonly channelId: ChannelId;
  /** Counted up to here: what is beyond it costs nothing, and reads as this. */
  readonly atMost: number;
}

/**
 * How many parts wait in the lanes of the channel `c (id, at_most)`: read from an index that holds nothing but what waits.
 */
export const waitingParts = sql`(select count(*)::int from (
    select 1 from work.dispatches d where d.channel_id = c.id and d.state = 'waiting' limit c.at_most) counted)`;

/** In the order asked for. */
export async function countWaiting(executor: Executor, questions: readonly DepthQuestion[]): Promise<number[]> {
  const found = await executor.execute<{ waiting: number }>(sql`
    select ${waitingParts} as waiting
    from unnest(${sql.param(questions.map(({ channelId }) => channelIds.toUuid(channelId)))}::uuid[],
      ${sql.param(questions.map(({ atMost }) => atMost))}::int[]) with ordinality as c(id, at_most, place)
    order by c.place`);
  return found.rows.map(({ waiting }) => waiting);
}
