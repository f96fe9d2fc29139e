import { and, eq, gt, inArray, not, sql, type SQL } from 'drizzle-orm';
import type { Orm } from '../../database/database.js';
import { conversations } from '../../schema/tables/read.js';
import { channelIds, contactIds, conversationIds, workspaceIds, type WorkspaceId } from '../kernel/ids.js';
import { conversationFromRow } from '../projections/rows.js';
import { given, inOrderOf, isOfGivenWorkspace, isOneOfGiven, uuidsOf } from './by-id.js';
import type { ConversationFilter, Finders } from './finders.js';
import { byTime, keysetPage, timePlace } from './keyset.js';

type ConversationFinders = Pick<Finders, 'conversations' | 'conversationPage' | 'conversationsOfContact'>;

export function createConversationFinders(orm: Orm): ConversationFinders {
  const byId = orm
    .select()
    .from(conversations)
    .where(and(isOfGivenWorkspace(conversations.workspaceId), isOneOfGiven(conversations.id)))
    .prepare('conversations_by_id');
  const finders: ConversationFinders = {
    async conversations(workspace, ids) {
      const rows = await byId.execute(given(workspace, conversationIds, ids));
      return inOrderOf(ids, rows.map(conversationFromRow), (conversation) => conversation.id);
    },
    conversationPage: (workspace, filter, page) =>
      keysetPage({
        scope: `conversations/${workspace}`,
        order: byTime(conversations.lastActivityAt, conversations.id, 'descending'),
        page,
        select: ({ range, orderBy, rowCount }) =>
          orm
            .select()
            .from(conversations)
            .where(
              and(
                eq(conversations.workspaceId, workspaceIds.toUuid(workspace)),
                ...conditions(filter, workspace),
                range,
              ),
            )
            .orderBy(...orderBy)
            .limit(rowCount),
        placeOf: (row) => timePlace(row.lastActivityAt, row.id),
        toItem: conversationFromRow,
      }),
    conversationsOfContact: (workspace, contactId, page) => finders.conversationPage(workspace, { contactId }, page),
  };
  return finders;
}

function conditions(filter: ConversationFilter, workspace: WorkspaceId): (SQL | undefined)[] {
  const { status, channelIds: channels, contactId, isUnread } = filter;
  const hasUnread = gt(conversations.incomingCount, conversations.readIncomingCount);
  return [
    status && eq(conversations.status, status),
    // Not by one array: of one channel Postgres then reads the index in its order.
    channels && inArray(conversations.channelId, uuidsOf(channelIds, channels)),
    contactId && eq(conversations.contactId, contactIds.toUuid(contactId)),
    isUnread === undefined ? undefined : isUnread ? hasUnread : not(hasUnread),
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
