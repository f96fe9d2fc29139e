import { sql, type SQL } from 'drizzle-orm';
import type { Executor } from '../../../database/database.js';
import { workspaceIds } from '../../kernel/ids.js';
import { uuids } from '../by-id.js';
import { findNamedContacts } from '../named-contacts.js';
import type { AskedList } from './asked-list.js';
import type { Condition } from './conditions.js';
import { leadByActivity } from './lead.js';
import { isByActivity } from './orders.js';

/** Rows that are few enough to look at all of them, whatever they are to be ordered by. */
interface Few {
  readonly has: SQL;
  /** What of the filter is certain of them. */
  readonly serves: readonly Condition[];
}

/** Looks whether one of the conditions that no order has an index for holds for few only. */
export async function findFew(executor: Executor, list: AskedList): Promise<Few | undefined> {
  const { given, filter, order, workspace, bounds } = list;
  // Of what a client token names there are few by nature.
  if (given.within) return { has: given.within, serves: ['within'] };
  if (given.labels) {
    const labelled = await findFewWhere(executor, bounds, given.labels);
    if (labelled) return { has: labelled, serves: ['labels'] };
  }
  if (filter.text !== undefined) {
    const named = await findNamedContacts(executor, workspace, filter.text, bounds);
    if (named) return { has: sql`c.contact_id = any(${uuids(named)})`, serves: ['text'] };
  }
  if (isByActivity(order)) return undefined;
  const { isNarrow, has, serves } = leadByActivity(filter, given);
  if (!isNarrow || has === undefined) return undefined;
  const ofWorkspace = sql`c.workspace_id = ${workspaceIds.toUuid(workspace)}::uuid`;
  const found = await findFewWhere(executor, bounds, sql`${ofWorkspace} and ${has}`);
  return found && { has: found, serves };
}

async function findFewWhere(
  executor: Executor,
  { fewMax }: AskedList['bounds'],
  condition: SQL,
): Promise<SQL | undefined> {
  const found = await executor.execute<{ id: string }>(
    sql`select c.id from read.conversations c where ${condition} limit ${fewMax + 1}::int`,
  );
  return found.rows.length > fewMax ? undefined : sql`c.id = any(${uuids(found.rows.map(({ id }) => id))})`;
}
