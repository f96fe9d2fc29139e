import { and, eq, getTableColumns, isNull, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import type { Orm } from '../../database/database.js';
import { conversations } from '../../schema/tables/read.js';
import { contactIds, conversationIds, workspaceIds, type ContactId, type WorkspaceId } from '../kernel/ids.js';
import { conversationFromRow } from '../projections/rows.js';
import { given, isOfGivenWorkspace, isOneOfGiven } from './by-id.js';
import type { Finders } from './finders.js';
import { createConversationList } from './inbox/conversation-list.js';
import { byTime, inPageOrder, keysetPage, keysetPages, timePlace, type KeysetStatement } from './keyset.js';
import { eachOwner, membersOfOwner } from './members.js';
import { hasAbsorbed, shownPage, wholeOf, type FoundConversation } from './whole-conversations.js';

type ConversationFinders = Pick<
  Finders,
  'conversations' | 'conversationPage' | 'conversationsOfContact' | 'conversationsOfContacts'
>;

const c = alias(conversations, 'c');
const columns = { ...getTableColumns(c), hasAbsorbed: hasAbsorbed.as('has_absorbed') };

type Row = typeof conversations.$inferSelect & { readonly hasAbsorbed: boolean };
/** With whose list it is on. */
type Owned = Row & { readonly owner: string };

export function createConversationFinders(orm: Orm): ConversationFinders {
  const byId = orm
    .select(columns)
    .from(c)
    .where(and(isOfGivenWorkspace(c.workspaceId), isOneOfGiven(c.id)))
    .prepare('conversations_by_id');
  const load: Finders['conversations'] = async (workspace, ids) => {
    const rows = await byId.execute(given(workspace, conversationIds, ids));
    const whole = await wholeOf(orm, workspace, rows.map(foundOf));
    return ids.map((id) => whole.get(id));
  };
  return {
    conversations: load,
    conversationPage: createConversationList(orm, load),
    async conversationsOfContact(workspace, contactId, page) {
      const found = await keysetPage({
        ...{ scope: scopeOfContact(workspace, contactId), page, ...list },
        select: async (statement) =>
          inPageOrder({ page, ...list }, await select(orm, workspace, [contactId], statement)),
      });
      return shownPage(workspace, found, load);
    },
    async conversationsOfContacts(workspace, contacts, page) {
      const found = await keysetPages<ContactId, Owned, FoundConversation>({
        ...{ owners: contacts, page, ...list },
        scopeOf: (contactId) => scopeOfContact(workspace, contactId),
        ownerOf: ({ owner }) => contactIds.fromUuid(owner),
        select: (statement) => select(orm, workspace, contacts, statement),
      });
      return Promise.all(found.map((one) => shownPage(workspace, one, load)));
    },
  };
}

/** Of the list of one contact's conversations, now and as of a moment. */
export const scopeOfContact = (workspace: WorkspaceId, contact: ContactId) => `conversations/${workspace}/${contact}`;

const list = {
  order: byTime(c.lastActivityAt, c.id, 'descending'),
  placeOf: (row: Row) => timePlace(row.lastActivityAt, row.id),
  toItem: foundOf,
};

function foundOf(row: Row): FoundConversation {
  return { state: conversationFromRow(row), hasAbsorbed: row.hasAbsorbed };
}

/** Of each contact no row more than its page takes: the first of those of all who are shown as one with it. */
const select = (
  orm: Orm,
  workspace: WorkspaceId,
  contacts: readonly ContactId[],
  { range, orderBy, towards, rowCount }: KeysetStatement,
) => {
  const each = orm
    .select(columns)
    .from(c)
    .where(
      and(
        eq(c.workspaceId, workspaceIds.toUuid(workspace)),
        eq(c.contactId, sql`member.id`),
        isNull(c.mergedInto),
        range,
      ),
    )
    .orderBy(...orderBy)
    .limit(rowCount)
    .as('each');
  const first = orm
    .select({ ...each._.selectedFields })
    .from(membersOfOwner)
    .crossJoinLateral(each)
    .orderBy(towards(each.lastActivityAt), towards(each.id))
    .limit(rowCount)
    .as('first');
  return orm
    .select({ ...first._.selectedFields, owner: sql<string>`owner.id` })
    .from(eachOwner(contacts))
    .crossJoinLateral(first);
};
