import { sql } from 'drizzle-orm';
import type { Transaction } from '../../database/database.js';
import { contactIds, workspaceIds, type ContactId, type WorkspaceId } from '../kernel/ids.js';
import type { ContactStanding } from './commands.js';

/** What is said of a contact, and the revision of the last word about it. */
export interface Standing {
  readonly contactId: ContactId;
  readonly isSo: boolean;
  /** 0: nobody ever said anything. */
  readonly revision: number;
}

/** Those of everybody who is shown as one with a contact. */
export interface Standings {
  /** Who is shown. */
  readonly shownId: ContactId;
  readonly of: readonly Standing[];
}

/** The row's columns of each kind of word. */
const COLUMNS = {
  block: { isSo: sql.identifier('is_blocked'), revision: sql.identifier('block_revision') },
  consent: { isSo: sql.identifier('is_opted_out'), revision: sql.identifier('consent_revision') },
};
const columnsOf = (standing: ContactStanding) =>
  standing === 'block' || standing === 'unblock' ? COLUMNS.block : COLUMNS.consent;

/** Makes the rows of contacts where there are none. */
export async function insertStandings(
  tx: Transaction,
  workspaceId: WorkspaceId,
  ids: readonly ContactId[],
): Promise<void> {
  await tx.execute(sql`
    insert into work.contact_standings (contact_id, workspace_id)
    select id, ${workspaceIds.toUuid(workspaceId)}
    from unnest(${sql.param(ids.map((id) => contactIds.toUuid(id)))}::uuid[]) as given(id)
    order by id on conflict do nothing`);
}

/**
 * Locks the rows of a contact and of everybody who is shown as one with it, in the order of their keys: words about one
 * person come one after another. Who is merged with it only now is not waited for: what that one's row says, it keeps.
 */
export async function lockStandings(tx: Transaction, id: ContactId, standing: ContactStanding): Promise<Standings> {
  const { isSo, revision } = columnsOf(standing);
  const found = await tx.execute<{ shown: string; contact_id: string; is_so: boolean; revision: number }>(sql`
    with shown as materialized (
      select coalesce(survivor_id, contact_id) as id from work.contact_standings
      where contact_id = ${contactIds.toUuid(id)}
    )
    select shown.id as shown, contact_id, ${isSo} as is_so, ${revision} as revision
    from shown, work.contact_standings
    where contact_id = shown.id or survivor_id = shown.id or contact_id = ${contactIds.toUuid(id)}
    order by contact_id for update of contact_standings`);
  const [first] = found.rows;
  if (first === undefined) throw new Error('A row that was just made is not there.');
  return {
    shownId: contactIds.fromUuid(first.shown),
    of: found.rows.map((row) => ({
      ...{ contactId: contactIds.fromUuid(row.contact_id), isSo: row.is_so, revision: row.revision },
    })),
  };
}

export async function writeStanding(tx: Transaction, standing: ContactStanding, said: Standing): Promise<void> {
  const { isSo, revision } = columnsOf(standing);
  await tx.execute(sql`
    update work.contact_standings set ${isSo} = ${said.isSo}, ${revision} = ${said.revision}
    where contact_id = ${contactIds.toUuid(said.contactId)}`);
}
