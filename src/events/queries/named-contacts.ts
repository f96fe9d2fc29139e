import { sql, type SQL } from 'drizzle-orm';
import type { Executor } from '../../database/database.js';
import { workspaceIds, type WorkspaceId } from '../kernel/ids.js';
import { membersOf, shownFor } from './members.js';
import { WALK_BOUNDS, type WalkBounds } from './walk.js';

/**
 * Who is called so, or has such an address, with everybody who is shown as one with them: who was merged is known by each
 * of their names. Undefined: too many to name.
 * @returns UUIDs
 */
export async function findNamedContacts(
  executor: Executor,
  workspace: WorkspaceId,
  text: string,
  { fewMax }: Pick<WalkBounds, 'fewMax'> = WALK_BOUNDS,
): Promise<readonly string[] | undefined> {
  const { isCalled, isReached } = matching(workspace, text);
  const uuid = workspaceIds.toUuid(workspace);
  const max = sql`${fewMax + 1}::int`;
  const found = await executor.execute<{ id: string }>(sql`
    select member.id from (
      (select coalesce(t.merged_into, t.id) as id from read.contacts t
        where t.workspace_id = ${uuid}::uuid and ${isCalled} limit ${max})
      union (select ${shownFor(sql`reached.contact_id`)} from (
        select a.contact_id from read.contact_addresses a
        where a.workspace_id = ${uuid}::uuid and ${isReached} limit ${max}) reached)
    ) shown
    cross join lateral ${membersOf(sql`shown.id`)} member
    limit ${max}`);
  return found.rows.length > fewMax ? undefined : found.rows.map(({ id }) => id);
}

/** The same, judged of one contact. @param id SQL of its UUID */
export function isNamed(workspace: WorkspaceId, text: string, id: SQL): SQL {
  const { isCalled, isReached } = matching(workspace, text);
  // Not to be made a look-up of all who are called so: there are many, and few rows ask.
  return sql`coalesce((
    select true from (select ${shownFor(id)} as id offset 0) shown
    cross join lateral ${membersOf(sql`shown.id`)} member
    where coalesce((select true from read.contacts t where t.id = member.id and ${isCalled} limit 1),
      (select true from read.contact_addresses a where a.contact_id = member.id and ${isReached} limit 1), false)
    limit 1), false)`;
}

/** Conditions as the indexes have them. Words that can't be looked for (a smile) find nobody. */
function matching(workspace: WorkspaceId, text: string): { readonly isCalled: SQL; readonly isReached: SQL } {
  const uuid = sql`${workspaceIds.toUuid(workspace)}::uuid`;
  return {
    isCalled: sql`(t.display_name is not null
      and config.name_words(t.workspace_id, t.display_name) @@ config.name_query(${uuid}, ${text}::text))`,
    isReached: sql`config.address_words(a.workspace_id, a.address) @@ config.address_query(${uuid}, ${text}::text)`,
  };
}
