import { and, eq, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import type { Orm } from '../../database/database.js';
import { contacts } from '../../schema/tables/read.js';
import { showContacts, type WholeContact } from '../contact/combine.js';
import { workspaceIds, type WorkspaceId } from '../kernel/ids.js';
import { contactFromRow, type ContactAddressRow, type ContactRow } from '../projections/rows.js';
import { uuids } from './by-id.js';

const c = alias(contacts, 'c');

/** Of a contact `c`: beside it, in the same statement, its addresses, and whether it is shown in anybody's place. */
export const contactColumns = {
  contact: c,
  addresses: sql<ContactAddressRow[]>`(
    select coalesce(json_agg(json_build_object('contactId', a.contact_id, 'channelId', a.channel_id,
      'workspaceId', a.workspace_id, 'address', a.address)), '[]')
    from read.contact_addresses a where a.contact_id = c.id)`,
  // No `exists`: of a long list Postgres makes it a look-up of all contacts, however short the page is.
  hasAbsorbed: sql<boolean>`coalesce((select true from read.contacts other where other.merged_into = c.id limit 1), false)`,
};

interface FoundContact {
  readonly contact: ContactRow;
  readonly addresses: readonly ContactAddressRow[];
  readonly hasAbsorbed: boolean;
}

/** With those that are shown in another one's place, and those in whose place they are: one more statement, where there are any. */
export async function wholeOf(
  orm: Orm,
  workspace: WorkspaceId,
  rows: readonly FoundContact[],
): Promise<ReadonlyMap<string, WholeContact>> {
  const shown = rows.flatMap(({ contact: { id, mergedInto }, hasAbsorbed }) =>
    mergedInto !== null ? [mergedInto] : hasAbsorbed ? [id] : [],
  );
  const states = (found: readonly FoundContact[]) =>
    found.map(({ contact, addresses }) => contactFromRow(contact, addresses));
  if (shown.length === 0) return showContacts(states(rows));
  const ids = uuids(shown);
  const others = await orm
    .select(contactColumns)
    .from(c)
    .where(
      and(
        eq(c.workspaceId, workspaceIds.toUuid(workspace)),
        sql`(${c.id} = any(${ids}) or ${c.mergedInto} = any(${ids}))`,
      ),
    );
  return showContacts([...new Map([...states(rows), ...states(others)].map((state) => [state.id, state])).values()]);
}
