import { sql } from 'drizzle-orm';
import type { Transaction } from '../../database/database.js';
import type { ContactState } from '../contact/state.js';
import { contactIds, workspaceIds } from '../kernel/ids.js';
import type { ContactStanding } from './commands.js';

/** What is said of a contact, and the revision of the last word about it. */
export interface Standing {
  readonly isSo: boolean;
  /** 0: nobody ever said anything. */
  readonly revision: number;
}

/** The row's columns of each kind of word. */
const COLUMNS = {
  block: { isSo: sql.identifier('is_blocked'), revision: sql.identifier('block_revision') },
  consent: { isSo: sql.identifier('is_opted_out'), revision: sql.identifier('consent_revision') },
};
const columnsOf = (standing: ContactStanding) =>
  standing === 'block' || standing === 'unblock' ? COLUMNS.block : COLUMNS.consent;

/** Makes the contact's row where there is none, and locks it: words about one contact come one after another. */
export async function lockStanding(
  tx: Transaction,
  { id, workspaceId }: ContactState,
  standing: ContactStanding,
): Promise<Standing> {
  const { isSo, revision } = columnsOf(standing);
  await tx.execute(sql`
    insert into work.contact_standings (contact_id, workspace_id)
    values (${contactIds.toUuid(id)}, ${workspaceIds.toUuid(workspaceId)}) on conflict do nothing`);
  const found = await tx.execute<{ is_so: boolean; revision: number }>(sql`
    select ${isSo} as is_so, ${revision} as revision from work.contact_standings
    where contact_id = ${contactIds.toUuid(id)} for update`);
  const [row] = found.rows;
  if (row === undefined) throw new Error('A row that was just made is not there.');
  return { isSo: row.is_so, revision: row.revision };
}

export async function writeStanding(
  tx: Transaction,
  { id }: ContactState,
  standing: ContactStanding,
  said: Standing,
): Promise<void> {
  const { isSo, revision } = columnsOf(standing);
  await tx.execute(sql`
    update work.contact_standings set ${isSo} = ${said.isSo}, ${revision} = ${said.revision}
    where contact_id = ${contactIds.toUuid(id)}`);
}
