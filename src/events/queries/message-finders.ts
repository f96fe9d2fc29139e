import { and, eq, isNotNull, sql, type SQL } from 'drizzle-orm';
import type { Orm } from '../../database/database.js';
import { messages, timeline } from '../../schema/tables/read.js';
import {
  conversationIds,
  messageIds,
  workspaceIds,
  type ConversationId,
  type MessageId,
  type WorkspaceId,
} from '../kernel/ids.js';
import type { Progress, TimelineEntry, Words } from '../message/state.js';
import { shownTimeline } from '../message/timeline.js';
import { messageFromRow, timelineEntryFromRow } from '../projections/rows.js';
import { eachOwner, given, inOrderOf, isOfGivenWorkspace, isOneOf, isOneOfGiven } from './by-id.js';
import type { Finders, PageRequest } from './finders.js';
import {
  byOffset,
  byTime,
  keysetPage,
  keysetPages,
  timePlace,
  type KeysetOrder,
  type KeysetStatement,
} from './keyset.js';
import type { Place } from './page-cursor.js';

type MessageFinders = Pick<
  Finders,
  'messages' | 'messagePage' | 'messagePages' | 'scheduledPage' | 'scheduledPages' | 'timelines'
>;

/** Stubs are shown to nobody: a message is there once its first event was folded. */
const isWhole = isNotNull(messages.direction);

export function createMessageFinders(orm: Orm): MessageFinders {
  const byId = orm
    .select()
    .from(messages)
    .where(and(isOfGivenWorkspace(messages.workspaceId), isOneOfGiven(messages.id), isWhole))
    .prepare('messages_by_id');
  return {
    async messages(workspace, ids) {
      const rows = await byId.execute(given(workspace, messageIds, ids));
      return inOrderOf(ids, rows.map(messageFromRow), (message) => message.id);
    },
    messagePage: (workspace, conversation, page) => listOf(orm, listed(workspace), conversation, page),
    scheduledPage: (workspace, conversation, page) => listOf(orm, scheduled(workspace), conversation, page),
    messagePages: (workspace, conversations, page) => listsOf(orm, listed(workspace), conversations, page),
    scheduledPages: (workspace, conversations, page) => listsOf(orm, scheduled(workspace), conversations, page),
    timelines: (workspace, ids) => findTimelines(orm, workspaceIds.toUuid(workspace), ids),
  };
}

/** One of the lists of a conversation's messages. */
interface MessageList {
  readonly workspace: WorkspaceId;
  readonly name: string;
  readonly order: KeysetOrder;
  readonly condition: SQL;
  readonly placeOf: (row: typeof messages.$inferSelect) => Place;
}

const listed = (workspace: WorkspaceId): MessageList => ({
  ...{ workspace, name: 'messages' },
  order: byOffset(messages.addedOffset),
  condition: isNotNull(messages.addedOffset),
  placeOf: (row) => ({ major: row.addedOffset ?? 0n }),
});

const scheduled = (workspace: WorkspaceId): MessageList => ({
  ...{ workspace, name: 'scheduled' },
  order: byTime(messages.scheduledAt, messages.id, 'ascending'),
  // Written out, and not a parameter: the partial index is found by it.
  condition: sql`status = 'SCHEDULED'`,
  placeOf: (row) => timePlace(row.scheduledAt ?? row.createdAt, row.id),
});

const scopeOf = ({ name, workspace }: MessageList, conversation: ConversationId) =>
  `${name}/${workspace}/${conversation}`;

const select = (orm: Orm, list: MessageList, of: SQL, { range, orderBy, rowCount }: KeysetStatement) =>
  orm
    .select()
    .from(messages)
    .where(
      and(
        eq(messages.workspaceId, workspaceIds.toUuid(list.workspace)),
        eq(messages.conversationId, of),
        isWhole,
        list.condition,
        range,
      ),
    )
    .orderBy(...orderBy)
    .limit(rowCount);

const listOf = (orm: Orm, list: MessageList, conversation: ConversationId, page: PageRequest) =>
  keysetPage({
    ...{ scope: scopeOf(list, conversation), order: list.order, placeOf: list.placeOf, page, toItem: messageFromRow },
    select: (statement) => select(orm, list, sql`${conversationIds.toUuid(conversation)}::uuid`, statement),
  });

const listsOf = (orm: Orm, list: MessageList, conversations: readonly ConversationId[], page: PageRequest) =>
  keysetPages({
    ...{ owners: conversations, order: list.order, placeOf: list.placeOf, page, toItem: messageFromRow },
    scopeOf: (conversation) => scopeOf(list, conversation),
    ownerOf: (row) => conversationIds.fromUuid(row.conversationId),
    select: (statement) => {
      const each = select(orm, list, sql`owner.id`, statement).as('each');
      return orm.select(each._.selectedFields).from(eachOwner(conversationIds, conversations)).crossJoinLateral(each);
    },
  });

async function findTimelines(orm: Orm, workspaceUuid: string, ids: readonly MessageId[]) {
  const rows = await orm
    .select({ entry: timeline, progress: messages.progress, words: messages.words })
    .from(timeline)
    .innerJoin(messages, eq(messages.id, timeline.messageId))
    .where(and(eq(timeline.workspaceId, workspaceUuid), isOneOf(timeline.messageId, messageIds, ids), isWhole));
  const found = new Map<MessageId, { entries: TimelineEntry[]; progress: Progress; words: Words }>();
  for (const row of rows) {
    const entry = timelineEntryFromRow(row.entry);
    const known = { progress: row.progress as Progress, words: row.words as Words };
    const of = found.get(entry.messageId) ?? { entries: [], ...known };
    of.entries.push(entry);
    found.set(entry.messageId, of);
  }
  return ids.map((id) => {
    const of = found.get(id);
    return of === undefined ? [] : [...shownTimeline(of.entries, of)];
  });
}
