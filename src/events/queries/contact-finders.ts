import { and, eq, isNull, sql } from 'drizzle-orm';
import type { Orm } from '../../database/database.js';
import { contacts } from '../../schema/tables/read.js';
import { showContacts, type WholeContact } from '../contact/combine.js';
import { contactIds, workspaceIds, type WorkspaceId } from '../kernel/ids.js';
import { contactFromRow, type ContactAddressRow, type ContactRow } from '../projections/rows.js';
import { given, isOfGivenWorkspace, isOneOf, isOneOfGiven } from './by-id.js';
import type { ContactFilter, Finders } from './finders.js';
import { byTime, keysetPage, timePlace } from './keyset.js';

/** Beside each contact its addresses, in the same statement. */
const contactColumns = {
  contact: contacts,
  addresses: sql<ContactAddressRow[]>`(
    select coalesce(json_agg(json_build_object('contactId', a.contact_id, 'channelId', a.channel_id,
      'workspaceId', a.workspace_id, 'address', a.address)), '[]')
    from read.contact_addresses a where a.contact_id = contacts.id)`,
  hasAbsorbed: sql<boolean>`exists (select from read.contacts other where other.merged_into = contacts.id)`,
};

interface FoundContact {
  readonly contact: ContactRow;
  readonly addresses: readonly ContactAddressRow[];
  readonly hasAbsorbed: boolean;
}

/** With those that are shown in another one's place, and those in whose place they are: one more statement, where there are any. */
async function wholeOf(
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
  const ids = sql`${sql.param(shown)}::uuid[]`;
  const others = await orm
    .select(contactColumns)
    .from(contacts)
    .where(
      and(
        eq(contacts.workspaceId, workspaceIds.toUuid(workspace)),
        sql`(${contacts.id} = any(${ids}) or ${contacts.mergedInto} = any(${ids}))`,
      ),
    );
  return showContacts([...new Map([...states(rows), ...states(others)].map((state) => [state.id, state])).values()]);
}

export function createContactFinders(orm: Orm): Pick<Finders, 'contacts' | 'contactPage'> {
  const byId = orm
    .select(contactColumns)
    .from(contacts)
    .where(and(isOfGivenWorkspace(contacts.workspaceId), isOneOfGiven(contacts.id)))
    .prepare('contacts_by_id');
  return {
    async contacts(workspace, ids) {
      const rows = await byId.execute(given(workspace, contactIds, ids));
      const found = await wholeOf(orm, workspace, rows);
      return ids.map((id) => found.get(id));
    },
    contactPage: async (workspace, filter, page) => {
      let found: ReadonlyMap<string, WholeContact> = new Map();
      return keysetPage({
        scope: `contacts/${workspace}`,
        order: byTime(contacts.createdAt, contacts.id, 'descending'),
        page,
        select: async ({ range, orderBy, rowCount }) => {
          const rows = await orm
            .select(contactColumns)
            .from(contacts)
            .where(
              and(
                eq(contacts.workspaceId, workspaceIds.toUuid(workspace)),
                // Those that are shown in another one's place aren't listed.
                isNull(contacts.mergedInto),
                hasAddress(filter, workspace),
                isWithin(filter),
                range,
              ),
            )
            .orderBy(...orderBy)
            .limit(rowCount);
          found = await wholeOf(orm, workspace, rows);
          return rows;
        },
        placeOf: ({ contact }) => timePlace(contact.createdAt, contact.id),
        toItem: ({ contact, addresses }) =>
          found.get(contactIds.fromUuid(contact.id)) ?? contactFromRow(contact, addresses),
      });
    },
  };
}

const isWithin = ({ within }: ContactFilter) => within && isOneOf(contacts.id, contactIds, within.contactIds);

/** Its own, or that of one that was merged into it. */
function hasAddress({ address }: ContactFilter, workspace: WorkspaceId) {
  if (address === undefined) return undefined;
  return sql`${contacts.id} in (
    select coalesce(owner.merged_into, owner.id)
    from read.contact_addresses a join read.contacts owner on owner.id = a.contact_id
    where a.workspace_id = ${workspaceIds.toUuid(workspace)} and a.address = ${address})`;
}
