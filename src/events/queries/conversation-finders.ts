import { and, eq, sql } from 'drizzle-orm';
import type { Orm } from '../../database/database.js';
import { conversations } from '../../schema/tables/read.js';
import type { ConversationState } from '../conversation/state.js';
import { contactIds, conversationIds, workspaceIds, type ContactId, type WorkspaceId } from '../kernel/ids.js';
import { conversationFromRow } from '../projections/rows.js';
import { given, inOrderOf, isOfGivenWorkspace, isOneOfGiven } from './by-id.js';
import type { Finders } from './finders.js';
import { createConversationList } from './inbox/conversation-list.js';
import { byTime, inPageOrder, keysetPage, keysetPages, timePlace, type KeysetStatement } from './keyset.js';
import { eachOwner, membersOfOwner } from './members.js';

type ConversationFinders = Pick<
  Finders,
  'conversations' | 'conversationPage' | 'conversationsOfContact' | 'conversationsOfContacts'
>;

type Row = typeof conversations.$inferSelect;
/** With whose list it is on. */
type Owned = Row & { readonly owner: string };

export function createConversationFinders(orm: Orm): ConversationFinders {
  const byId = orm
    .select()
    .from(conversations)
    .where(and(isOfGivenWorkspace(conversations.workspaceId), isOneOfGiven(conversations.id)))
    .prepare('conversations_by_id');
  const load: Finders['conversations'] = async (workspace, ids) => {
    const rows = await byId.execute(given(workspace, conversationIds, ids));
    return inOrderOf(ids, rows.map(conversationFromRow), (conversation) => conversation.id);
  };
  return {
    conversations: load,
    conversationPage: createConversationList(orm, load),
    conversationsOfContact: (workspace, contactId, page) =>
      keysetPage({
        ...{ scope: scopeOfContact(workspace, contactId), page, ...list },
        select: async (statement) =>
          inPageOrder({ page, ...list }, await select(orm, workspace, [contactId], statement)),
      }),
    conversationsOfContacts: (workspace, contacts, page) =>
      keysetPages<ContactId, Owned, ConversationState>({
        ...{ owners: contacts, page, ...list },
        scopeOf: (contactId) => scopeOfContact(workspace, contactId),
        ownerOf: ({ owner }) => contactIds.fromUuid(owner),
        select: (statement) => select(orm, workspace, contacts, statement),
      }),
  };
}

/** Of the list of one contact's conversations, now and as of a moment. */
export const scopeOfContact = (workspace: WorkspaceId, contact: ContactId) => `conversations/${workspace}/${contact}`;

const list = {
  order: byTime(conversations.lastActivityAt, conversations.id, 'descending'),
  placeOf: (row: Row) => timePlace(row.lastActivityAt, row.id),
  toItem: conversationFromRow,
};

/** Of each contact no row more than its page takes: the first of those of all who are shown as one with it. */
const select = (
  orm: Orm,
  workspace: WorkspaceId,
  contacts: readonly ContactId[],
  { range, orderBy, towards, rowCount }: KeysetStatement,
) => {
  const each = orm
    .select()
    .from(conversations)
    .where(
      and(
        eq(conversations.workspaceId, workspaceIds.toUuid(workspace)),
        eq(conversations.contactId, sql`member.id`),
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
