import { sql, type SQL } from 'drizzle-orm';
import type { Executor } from '../../../database/database.js';
import { conversationIds, workspaceIds, type ConversationId, type WorkspaceId } from '../../kernel/ids.js';
import { vectorRows } from '../../projections/vector-rows.js';
import { uuidsOf } from '../by-id.js';
import type { Moment } from '../finders.js';

/**
 * Up to where the events of conversations belong to a moment: the offset of the first that doesn't, in the partition
 * where all of a conversation lies. Absent for those of which nothing is known.
 */
export type Bounds = ReadonlyMap<ConversationId, bigint>;

export interface BoundFinder {
  find(workspace: WorkspaceId, ids: readonly ConversationId[]): Promise<Bounds>;
}

/** Each is asked of Postgres once: nearly everything that a moment shows is of one conversation. */
export function createBoundFinder(executor: Executor, moment: Moment): BoundFinder {
  const known = new Map<string, Promise<Bounds>>();
  return {
    find(workspace, ids) {
      const name = `${workspace} ${[...new Set(ids)].sort().join(' ')}`;
      const bounds = known.get(name) ?? readBounds(executor, workspace, ids, moment);
      known.set(name, bounds);
      return bounds;
    },
  };
}

interface BoundRow extends Record<string, unknown> {
  readonly id: string;
  readonly bound: bigint;
}

async function readBounds(
  executor: Executor,
  workspace: WorkspaceId,
  ids: readonly ConversationId[],
  { vector, recordedBy }: Moment,
): Promise<Bounds> {
  const later = recordedBy === undefined ? sql`null` : firstRecordedAfter(recordedBy, workspace);
  const found = await executor.execute<BoundRow>(sql`
    select asked.id, least(until."offset", ${later}) as bound
    from unnest(${sql.param(uuidsOf(conversationIds, [...new Set(ids)]))}::uuid[]) as asked(id)
    cross join lateral (
      select e.partition from read.events e
      where e.workspace_id = ${workspaceIds.toUuid(workspace)} and e.conversation_id = asked.id limit 1
    ) home
    join ${vectorRows(vector)} as until(partition, "offset") on until.partition = home.partition`);
  return new Map(found.rows.map((row) => [conversationIds.fromUuid(row.id), row.bound]));
}

/** The last snapshot that is older leaves few events to look through: the next one is not. */
function firstRecordedAfter(time: Date, workspace: WorkspaceId): SQL {
  const at = sql`${time.toISOString()}::timestamptz`;
  const workspaceUuid = workspaceIds.toUuid(workspace);
  return sql`(
    select e."offset" from read.events e
    where e.workspace_id = ${workspaceUuid} and e.conversation_id = asked.id and e.partition = home.partition
      and e.recorded_at > ${at} and e.is_folded and e."offset" >= coalesce((
        select s.next_offset from read.conversation_snapshots s
        where s.workspace_id = ${workspaceUuid} and s.conversation_id = asked.id and s.recorded_until <= ${at}
        order by s.next_offset desc limit 1), 0)
    order by e."offset" limit 1)`;
}
