import { and, eq, gt, inArray, not, or, sql, type SQL } from 'drizzle-orm';
import type { Orm } from '../../database/database.js';
import { conversations } from '../../schema/tables/read.js';
import {
  channelIds,
  contactIds,
  conversationIds,
  workspaceIds,
  type ContactId,
  type WorkspaceId,
} from '../kernel/ids.js';
import { conversationFromRow } from '../projections/rows.js';
import { eachOwner, given, inOrderOf, isOfGivenWorkspace, isOneOf, isOneOfGiven, uuidsOf } from './by-id.js';
import type { ConversationFilter, Finders } from './finders.js';
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
  return {
    async conversations(workspace, ids) {
      const rows = await byId.execute(given(workspace, conversationIds, ids));
      return inOrderOf(ids, rows.map(conversationFromRow), (conversation) => conversation.id);
    },
    conversationPage: (workspace, filter, page) =>
      keysetPage({
        ...{ scope: `conversations/${workspace}`, page, ...list },
        select: (statement) => select(orm, workspace, conditions(filter, workspace), statement),
      }),
    conversationsOfContact: (workspace, contactId, page) =>
      keysetPage({
        ...{ scope: scopeOfContact(workspace, contactId), page, ...list },
        select: (statement) => select(orm, workspace, conditions({ contactId }, workspace), statement),
      }),
    conversationsOfContacts: (workspace, contacts, page) =>
      keysetPages({
        ...{ owners: contacts, page, ...list },
        scopeOf: (contactId) => scopeOfContact(workspace, contactId),
        ownerOf: ({ contactId }) => contactIds.fromUuid(contactId ?? ''),
        select: (statement) => {
          const each = select(orm, workspace, [eq(conversations.contactId, sql`owner.id`)], statement).as('each');
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

const select = (
  orm: Orm,
  workspace: WorkspaceId,
  conditions: readonly (SQL | undefined)[],
  { range, orderBy, rowCount }: KeysetStatement,
) =>
  orm
    .select()
    .from(conversations)
    .where(and(eq(conversations.workspaceId, workspaceIds.toUuid(workspace)), ...conditions, range))
    .orderBy(...orderBy)
    .limit(rowCount);

function conditions(filter: ConversationFilter, workspace: WorkspaceId): (SQL | undefined)[] {
  const { status, channelIds: channels, contactId, isUnread, within } = filter;
  const hasUnread = gt(conversations.incomingCount, conversations.readIncomingCount);
  return [
    status && eq(conversations.status, status),
    // Not by one array: of one channel Postgres then reads the index in its order.
    channels && inArray(conversations.channelId, uuidsOf(channelIds, channels)),
    contactId && eq(conversations.contactId, contactIds.toUuid(contactId)),
    isUnread === undefined ? undefined : isUnread ? hasUnread : not(hasUnread),
    within &&
      or(
        isOneOf(conversations.id, conversationIds, within.conversationIds),
        isOneOf(conversations.contactId, contactIds, within.contactIds),
      ),
    ...tendedConditions(filter, workspace),
  ];
}

/** Partial indexes are found by their conditions, written out as they have them. */
function tendedConditions(
  { agentId, teamId, isAssigned, labels, isSnoozed }: ConversationFilter,
  workspace: WorkspaceId,
): (SQL | undefined)[] {
  const isNobodys = sql`agent_id is null and team_id is null`;
  const named = [workspaceIds.toUuid(workspace), ...(labels ?? [])];
  const isAside = sql`(snoozed_until is not null and snoozed_until > now())`;
  return [
    agentId === undefined ? undefined : eq(conversations.agentId, agentId),
    teamId === undefined ? undefined : eq(conversations.teamId, teamId),
    isAssigned === undefined ? undefined : isAssigned ? sql`not (${isNobodys})` : isNobodys,
    labels === undefined || labels.length === 0
      ? undefined
      : sql`labels <> '{}' and array_prepend(workspace_id::text, labels) @> ${sql.param(named)}::text[]`,
    isSnoozed === undefined ? undefined : isSnoozed ? isAside : sql`not ${isAside}`,
  ];
}
