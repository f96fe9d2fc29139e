import { and, sql, type SQL } from 'drizzle-orm';
import type { Orm } from '../../database/database.js';
import type { WholeContact } from '../contact/combine.js';
import { contactIds, workspaceIds, type WorkspaceId } from '../kernel/ids.js';
import { contactFromRow } from '../projections/rows.js';
import { given, isOfGivenWorkspace, isOneOfGiven, uuids, uuidsOf } from './by-id.js';
import type { ContactFilter, Finders, Page, PageRequest } from './finders.js';
import { byTime, keysetPage, timePlace, type KeysetStatement } from './keyset.js';
import { shownFor } from './members.js';
import { findNamedContacts, isNamed } from './named-contacts.js';
import { WALK_BOUNDS, walkedPage, type Walk } from './walk.js';
import { contactColumns, wholeOf } from './whole-contacts.js';

const c = contactColumns.contact;

export function createContactFinders(orm: Orm): Pick<Finders, 'contacts' | 'contactPage'> {
  const byId = orm
    .select(contactColumns)
    .from(c)
    .where(and(isOfGivenWorkspace(c.workspaceId), isOneOfGiven(c.id)))
    .prepare('contacts_by_id');
  const load: Finders['contacts'] = async (workspace, ids) => {
    const found = await wholeOf(orm, workspace, await byId.execute(given(workspace, contactIds, ids)));
    return ids.map((id) => found.get(id));
  };
  return {
    contacts: load,
    async contactPage(workspace, filter, page) {
      const { text } = filter;
      if (text === undefined) return readPage(orm, workspace, filter, page);
      const named = await findNamedContacts(orm, workspace, text);
      if (named) return readPage(orm, workspace, filter, page, sql`c.id = any(${uuids(named)})`);
      // Where very many are called so, they are soon met on the way.
      const walk = {
        ...walkOf(workspace, page),
        fits: allOf(workspace, filter, isNamed(workspace, text, sql`c.id`)) ?? sql`true`,
      };
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
/** Those that are shown in another one's place aren't listed. The index of the order has it written so. */
const IS_SHOWN = sql`c.merged_into is null`;

const readPage = (
  orm: Orm,
  workspace: WorkspaceId,
  filter: ContactFilter,
  page: PageRequest,
  isNamedSo?: SQL,
): Promise<Page<WholeContact>> =>
  keysetPage({
    ...{ scope: scopeOf(workspace), order: ORDER, page },
    async select({ range, orderBy, rowCount }) {
      const rows = await orm
        .select(contactColumns)
        .from(c)
        .where(and(allOf(workspace, filter, isNamedSo), range))
        .orderBy(...orderBy)
        .limit(rowCount);
      const whole = await wholeOf(orm, workspace, rows);
      return rows.map((row) => ({ ...row, whole: whole.get(contactIds.fromUuid(row.contact.id)) }));
    },
    placeOf: ({ contact }) => timePlace(contact.createdAt, contact.id),
    toItem: ({ contact, addresses, whole }) => whole ?? contactFromRow(contact, addresses),
  });

const walkOf = (workspace: WorkspaceId, page: PageRequest): Omit<Walk, 'fits'> => ({
  ...{ scope: scopeOf(workspace), order: ORDER, page },
  source: {
    kind: 'ordered',
    max: WALK_BOUNDS.namedMax,
    select: ({ range, orderBy }: KeysetStatement) => sql`
      select c.id, c.created_at as at, c.workspace_id, c.merged_into from read.contacts c
      where ${ofWorkspace(workspace)} and ${IS_SHOWN} and ${range ?? sql`true`}
      order by ${sql.join([...orderBy], sql`, `)} limit ${WALK_BOUNDS.namedMax}::int`,
  },
});

const ofWorkspace = (workspace: WorkspaceId): SQL => sql`c.workspace_id = ${workspaceIds.toUuid(workspace)}::uuid`;

/** What is asked of a contact `c`. */
const allOf = (workspace: WorkspaceId, { address, within }: ContactFilter, isNamedSo: SQL | undefined) =>
  and(
    ofWorkspace(workspace),
    IS_SHOWN,
    address === undefined ? undefined : hasAddress(workspace, address),
    within && sql`c.id = any(${uuids(uuidsOf(contactIds, within.contactIds))})`,
    isNamedSo,
  );

/** Its own, or that of one that was merged into it. */
const hasAddress = (workspace: WorkspaceId, address: string): SQL => sql`c.id in (
  select ${shownFor(sql`a.contact_id`)} from read.contact_addresses a
  where a.workspace_id = ${workspaceIds.toUuid(workspace)}::uuid and a.address = ${address})`;
