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
import type { ConversationState } from '../conversation/state.js';
import { conversationFromRow } from '../projections/rows.js';
import { eachMember, given, inOrderOf, isOfGivenWorkspace, isOneOf, isOneOfGiven, uuidsOf } from './by-id.js';
import type { ConversationFilter, Finders } from './finders.js';
import { byTime, inPageOrder, keysetPage, keysetPages, timePlace, type KeysetStatement } from './keyset.js';

type ConversationFinders = Pick<
  Finders,
  'conversations' | 'conversationPage' | 'conversationsOfContact' | 'conversationsOfContacts'
>;

/** With whose list it is on. */
type Owned = typeof conversations.$inferSelect & { readonly owner: string };

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
        select: async (statement) => {
          const { contactId, ...others } = filter;
          if (contactId === undefined) return select(orm, workspace, conditions(others, workspace), statement);
          const rows = await selectOfContacts(orm, workspace, [contactId], statement, conditions(others, workspace));
          return inPageOrder({ page, ...list }, rows);
        },
      }),
    conversationsOfContact: (workspace, contactId, page) =>
      keysetPage({
        ...{ scope: scopeOfContact(workspace, contactId), page, ...list },
        select: async (statement) =>
          inPageOrder({ page, ...list }, await selectOfContacts(orm, workspace, [contactId], statement)),
      }),
    conversationsOfContacts: (workspace, contacts, page) =>
      keysetPages<ContactId, Owned, ConversationState>({
        ...{ owners: contacts, page, ...list },
        scopeOf: (contactId) => scopeOfContact(workspace, contactId),
        ownerOf: ({ owner }) => contactIds.fromUuid(owner),
        select: (statement) => selectOfContacts(orm, workspace, contacts, statement),
      }),
  };
}

/** Of each contact, and of each that was merged with it, one page: which of them are the first is told afterwards. */
const selectOfContacts = (
  orm: Orm,
  workspace: WorkspaceId,
  contacts: readonly ContactId[],
  statement: KeysetStatement,
  conditions: readonly (SQL | undefined)[] = [],
) => {
  const each = select(orm, workspace, [eq(conversations.contactId, sql`member.id`), ...conditions], statement).as(
    'each',
  );
  return orm
    .select({ ...each._.selectedFields, owner: sql<string>`member.owner` })
    .from(eachMember(contacts))
    .crossJoinLateral(each);
};

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

function conditions(filter: Omit<ConversationFilter, 'contactId'>, workspace: WorkspaceId): (SQL | undefined)[] {
  const { status, channelIds: channels, isUnread, within } = filter;
  const hasUnread = gt(conversations.incomingCount, conversations.readIncomingCount);
  return [
    status && eq(conversations.status, status),
    // Not by one array: of one channel Postgres then reads the index in its order.
    channels && inArray(conversations.channelId, uuidsOf(channelIds, channels)),
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
