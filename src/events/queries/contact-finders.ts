import { and, sql, type SQL } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import type { Orm } from '../../database/database.js';
import { contacts } from '../../schema/tables/read.js';
import type { ContactState } from '../contact/state.js';
import { contactIds, workspaceIds, type WorkspaceId } from '../kernel/ids.js';
import { contactFromRow, type ContactAddressRow } from '../projections/rows.js';
import { given, inOrderOf, isOfGivenWorkspace, isOneOfGiven, uuidsOf } from './by-id.js';
import type { ContactFilter, Finders, Page, PageRequest } from './finders.js';
import { byTime, keysetPage, timePlace, type KeysetStatement } from './keyset.js';
import { findNamedContacts, isNamed } from './named-contacts.js';
import { WALK_BOUNDS, walkedPage, type Walk } from './walk.js';

const c = alias(contacts, 'c');

/** Beside each contact its addresses, in the same statement. */
const contactColumns = {
  contact: c,
  addresses: sql<ContactAddressRow[]>`(
    select coalesce(json_agg(json_build_object('contactId', a.contact_id, 'channelId', a.channel_id,
      'workspaceId', a.workspace_id, 'address', a.address)), '[]')
    from read.contact_addresses a where a.contact_id = c.id)`,
};

export function createContactFinders(orm: Orm): Pick<Finders, 'contacts' | 'contactPage'> {
  const byId = orm
    .select(contactColumns)
    .from(c)
    .where(and(isOfGivenWorkspace(c.workspaceId), isOneOfGiven(c.id)))
    .prepare('contacts_by_id');
  const load: Finders['contacts'] = async (workspace, ids) => {
    const rows = await byId.execute(given(workspace, contactIds, ids));
    const found = rows.map((row) => contactFromRow(row.contact, row.addresses));
    return inOrderOf(ids, found, (contact) => contact.id);
  };
  return {
    contacts: load,
    async contactPage(workspace, filter, page) {
      const { text } = filter;
      if (text === undefined) return readPage(orm, workspace, filter, page);
      const named = await findNamedContacts(orm, workspace, text);
      if (named) return readPage(orm, workspace, filter, page, sql`c.id = any(${sql.param(named)}::uuid[])`);
      // Where very many are called so, they are soon met on the way.
      const walk = { ...walkOf(workspace, page), fits: allOf(workspace, filter, isNamed(workspace, text, sql`c.id`)) };
      return walkedPage(orm, walk, (uuids) =>
        load(
          workspace,
          uuids.map((uuid) => contactIds.fromUuid(uuid)),
        ),
      );
    },
  };
}

const scopeOf = (workspace: WorkspaceId): string => `contacts/${workspace}`;
const ORDER = byTime(sql`c.created_at`, sql`c.id`, 'descending');

const readPage = (
  orm: Orm,
  workspace: WorkspaceId,
  filter: ContactFilter,
  page: PageRequest,
  isNamedSo?: SQL,
): Promise<Page<ContactState>> =>
  keysetPage({
    ...{ scope: scopeOf(workspace), order: ORDER, page },
    select: ({ range, orderBy, rowCount }) =>
      orm
        .select(contactColumns)
        .from(c)
        .where(and(allOf(workspace, filter, isNamedSo), range))
        .orderBy(...orderBy)
        .limit(rowCount),
    placeOf: ({ contact }) => timePlace(contact.createdAt, contact.id),
    toItem: (row) => contactFromRow(row.contact, row.addresses),
  });

const walkOf = (workspace: WorkspaceId, page: PageRequest): Omit<Walk, 'fits'> => ({
  ...{ scope: scopeOf(workspace), order: ORDER, page },
  source: {
    kind: 'ordered',
    max: WALK_BOUNDS.namedMax,
    select: ({ range, orderBy }: KeysetStatement) => sql`
      select c.id, c.created_at as at, c.workspace_id from read.contacts c
      where ${ofWorkspace(workspace)} and ${range ?? sql`true`}
      order by ${sql.join([...orderBy], sql`, `)} limit ${WALK_BOUNDS.namedMax}::int`,
  },
});

const ofWorkspace = (workspace: WorkspaceId): SQL => sql`c.workspace_id = ${workspaceIds.toUuid(workspace)}::uuid`;

/** What is asked of a contact `c`. */
const allOf = (workspace: WorkspaceId, { address, within }: ContactFilter, isNamedSo: SQL | undefined): SQL =>
  sql.join(
    [
      ofWorkspace(workspace),
      ...(address === undefined ? [] : [hasAddress(address)]),
      ...(within === undefined ? [] : [sql`c.id = any(${sql.param(uuidsOf(contactIds, within.contactIds))}::uuid[])`]),
      ...(isNamedSo === undefined ? [] : [isNamedSo]),
    ],
    sql` and `,
  );

const hasAddress = (address: string): SQL => sql`exists (select from read.contact_addresses a
  where a.workspace_id = c.workspace_id and a.address = ${address} and a.contact_id = c.id)`;
