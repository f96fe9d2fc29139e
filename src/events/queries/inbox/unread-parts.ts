import { sql } from 'drizzle-orm';
import type { Executor } from '../../../database/database.js';
import { workspaceIds, type WorkspaceId } from '../../kernel/ids.js';

/** Each is gone once somebody has read its conversation. */
const PARTS_MAX = 1_000;

/**
 * The conversations as which others are shown that have something unread: their own counts don't tell.
 * @returns UUIDs, mostly none
 */
export async function findUnreadParts(executor: Executor, workspace: WorkspaceId): Promise<readonly string[]> {
  const found = await executor.execute<{ id: string }>(sql`
    with recursive up as (
      select merged_into as id from read.conversations
      where workspace_id = ${workspaceIds.toUuid(workspace)}::uuid and merged_into is not null
        and incoming_count > read_incoming_count
      union select next.merged_into from up join read.conversations next on next.id = up.id
      where next.merged_into is not null
    ) select id from up limit ${PARTS_MAX}::int`);
  return found.rows.map(({ id }) => id);
}
