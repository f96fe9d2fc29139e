import { sql } from 'drizzle-orm';
import type { Transaction } from '../../database/database.js';
import { contactIds, type ContactId, type WorkspaceId } from '../kernel/ids.js';

/** Shown as one. Beyond it every look at such a contact would be a list of its own. */
export const CONTACTS_MERGED_MAX = 50;

/** A contact, and how often it was said in whose place it is shown. */
export interface MergedRow {
  readonly contactId: ContactId;
  readonly revision: number;
}

/** Who is shown in a contact's place, by its row, and how many are. */
export interface Merged {
  readonly row: MergedRow;
  readonly shownId: ContactId;
  readonly count: number;
}

/** Merges of one workspace come one after another: two that point at each other can't both find the other one shown. */
export async function lockMerges(tx: Transaction, workspaceId: WorkspaceId): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`parley merges ${workspaceId}`}, 0))`);
}

export async function findMerged(
  tx: Transaction,
  from: ContactId,
  into: ContactId,
): Promise<{ readonly from: Merged; readonly into: Merged }> {
  const found = await tx.execute<{ contact_id: string; shown: string; merge_revision: number; count: number }>(sql`
    select named.contact_id, shown.id as shown, named.merge_revision,
      (select 1 + count(*) from work.contact_standings other where other.survivor_id = shown.id)::int as count
    from work.contact_standings named
    cross join lateral (select coalesce(named.survivor_id, named.contact_id) as id) shown
    where named.contact_id in (${contactIds.toUuid(from)}, ${contactIds.toUuid(into)})`);
  const of = (id: ContactId): Merged => {
    const row = found.rows.find(({ contact_id: uuid }) => contactIds.fromUuid(uuid) === id);
    if (row === undefined) throw new Error('A row that was just made is not there.');
    return {
      row: { contactId: id, revision: row.merge_revision },
      ...{ shownId: contactIds.fromUuid(row.shown), count: row.count },
    };
  };
  return { from: of(from), into: of(into) };
}

/** Who is shown, and everybody in whose place: their rows locked in the order of keys, as everywhere. */
export async function lockMoving(tx: Transaction, shownId: ContactId): Promise<readonly MergedRow[]> {
  const shown = contactIds.toUuid(shownId);
  const found = await tx.execute<{ contact_id: string; merge_revision: number }>(sql`
    select contact_id, merge_revision from work.contact_standings
    where contact_id = ${shown} or survivor_id = ${shown} order by contact_id for update`);
  return found.rows.map((row) => ({
    contactId: contactIds.fromUuid(row.contact_id),
    revision: row.merge_revision,
  }));
}

/** None is left that points to somebody who isn't shown: whoever asks finds the way in one step. */
export async function pointTo(tx: Transaction, moving: readonly MergedRow[], into: ContactId): Promise<void> {
  await tx.execute(sql`
    update work.contact_standings set survivor_id = ${contactIds.toUuid(into)}, merge_revision = merge_revision + 1
    where contact_id = any(${sql.param(moving.map(({ contactId }) => contactIds.toUuid(contactId)))}::uuid[])`);
}
