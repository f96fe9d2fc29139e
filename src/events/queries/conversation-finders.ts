import { and, eq, sql, type SQL } from 'drizzle-orm';
import type { Orm } from '../../database/database.js';
import { conversations } from '../../schema/tables/read.js';
import { contactIds, conversationIds, workspaceIds, type ContactId, type WorkspaceId } from '../kernel/ids.js';
import { conversationFromRow } from '../projections/rows.js';
import { eachOwner, given, inOrderOf, isOfGivenWorkspace, isOneOfGiven } from './by-id.js';
import type { Finders } from './finders.js';
import { createConversationList } from './inbox/conversation-list.js';
import { byTime, keysetPage, keysetPages, timePlace, type KeysetStatement } from './keyset.js';

type ConversationFinders = Pick<
  Finders,
  'conversations' | 'conversationPage' | 'conversationsOfContact' | 'conversationsOfContacts'
>;

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
        select: (statement) =>
          select(orm, workspace, eq(conversations.contactId, contactIds.toUuid(contactId)), statement),
      }),
    conversationsOfContacts: (workspace, contacts, page) =>
      keysetPages({
        ...{ owners: contacts, page, ...list },
        scopeOf: (contactId) => scopeOfContact(workspace, contactId),
        ownerOf: ({ contactId }) => contactIds.fromUuid(contactId ?? ''),
        select: (statement) => {
          const each = select(orm, workspace, eq(conversations.contactId, sql`owner.id`), statement).as('each');
          return orm.select(each._.selectedFields).from(eachOwner(contactIds, contacts)).crossJoinLateral(each);
        },
      }),
  };
}

/** Of the list of one contact's conversations, now and as of a moment. */
export const scopeOfContact = (workspace: WorkspaceId, contact: ContactId) => `conversations/${workspace}/${contact}`;

const list = {
  order: byTime(conversations.lastActivityAt, conversations.id, 'descending'),
  placeOf: (row: typeof conversations.$inferSelect) => timePlace(row.lastActivityAt, row.id),
  toItem: conversationFromRow,
};

const select = (orm: Orm, workspace: WorkspaceId, condition: SQL, { range, orderBy, rowCount }: KeysetStatement) =>
  orm
    .select()
    .from(conversations)
    .where(and(eq(conversations.workspaceId, workspaceIds.toUuid(workspace)), condition, range))
    .orderBy(...orderBy)
    .limit(rowCount);
