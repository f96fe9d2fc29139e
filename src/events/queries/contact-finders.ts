import { and, eq, exists, sql } from 'drizzle-orm';
import type { Orm } from '../../database/database.js';
import { contactAddresses, contacts } from '../../schema/tables/read.js';
import { contactIds, workspaceIds } from '../kernel/ids.js';
import { contactFromRow, type ContactAddressRow } from '../projections/rows.js';
import { given, inOrderOf, isOfGivenWorkspace, isOneOf, isOneOfGiven } from './by-id.js';
import type { ContactFilter, Finders } from './finders.js';
import { byTime, keysetPage, timePlace } from './keyset.js';

/** Beside each contact its addresses, in the same statement. */
const contactColumns = {
  contact: contacts,
  addresses: sql<ContactAddressRow[]>`(
    select coalesce(json_agg(json_build_object('contactId', a.contact_id, 'channelId', a.channel_id,
      'workspaceId', a.workspace_id, 'address', a.address)), '[]')
    from read.contact_addresses a where a.contact_id = contacts.id)`,
};

export function createContactFinders(orm: Orm): Pick<Finders, 'contacts' | 'contactPage'> {
  const byId = orm
    .select(contactColumns)
    .from(contacts)
    .where(and(isOfGivenWorkspace(contacts.workspaceId), isOneOfGiven(contacts.id)))
    .prepare('contacts_by_id');
  return {
    async contacts(workspace, ids) {
      const rows = await byId.execute(given(workspace, contactIds, ids));
      const found = rows.map((row) => contactFromRow(row.contact, row.addresses));
      return inOrderOf(ids, found, (contact) => contact.id);
    },
    contactPage: (workspace, filter, page) =>
      keysetPage({
        scope: `contacts/${workspace}`,
        order: byTime(contacts.createdAt, contacts.id, 'descending'),
        page,
        select: ({ range, orderBy, rowCount }) =>
          orm
            .select(contactColumns)
            .from(contacts)
            .where(
              and(
                eq(contacts.workspaceId, workspaceIds.toUuid(workspace)),
                hasAddress(orm, filter),
                isWithin(filter),
                range,
              ),
            )
            .orderBy(...orderBy)
            .limit(rowCount),
        placeOf: ({ contact }) => timePlace(contact.createdAt, contact.id),
        toItem: (row) => contactFromRow(row.contact, row.addresses),
      }),
  };
}

const isWithin = ({ within }: ContactFilter) => within && isOneOf(contacts.id, contactIds, within.contactIds);

function hasAddress(orm: Orm, { address }: ContactFilter) {
  if (address === undefined) return undefined;
  return exists(
    orm
      .select({ found: sql`1` })
      .from(contactAddresses)
      .where(
        and(
          eq(contactAddresses.workspaceId, contacts.workspaceId),
          eq(contactAddresses.address, address),
          eq(contactAddresses.contactId, contacts.id),
        ),
      ),
  );
}
