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
import type { MessageState, Progress, TimelineEntry, Words } from '../message/state.js';
import { shownTimeline } from '../message/timeline.js';
import { messageFromRow, timelineEntryFromRow } from '../projections/rows.js';
import { eachOwner, given, inOrderOf, isOfGivenWorkspace, isOfThread, isOneOf, isOneOfGiven } from './by-id.js';
import type { Finders, Page, PageRequest } from './finders.js';
import {
  byOffset,
  byTime,
  keysetPage,
  keysetPages,
  timeOf,
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
    messagePage: (workspace, conversation, page, absorbed = []) =>
      absorbed.length === 0
        ? listOf(orm, listed(workspace), [conversation], page)
        : wholeMessagePage(orm, workspace, [conversation, ...absorbed], page),
    scheduledPage: (workspace, conversation, page, absorbed = []) =>
      listOf(orm, scheduled(workspace), [conversation, ...absorbed], page),
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

const select = (orm: Orm, list: MessageList, isOf: SQL, { range, orderBy, rowCount }: KeysetStatement) =>
  orm
    .select()
    .from(messages)
    .where(and(eq(messages.workspaceId, workspaceIds.toUuid(list.workspace)), isOf, isWhole, list.condition, range))
    .orderBy(...orderBy)
    .limit(rowCount);

/** Of a conversation, and of those that are shown as it. */
type Thread = readonly [own: ConversationId, ...absorbed: ConversationId[]];

const listOf = (orm: Orm, list: MessageList, thread: Thread, page: PageRequest) =>
  keysetPage({
    ...{ scope: scopeOf(list, thread[0]), order: list.order, placeOf: list.placeOf, page, toItem: messageFromRow },
    select: (statement) => select(orm, list, isOfThread(messages.conversationId, thread), statement),
  });

/**
 * Of several conversations that are shown as one, which have no order in common but that of when their messages were
 * recorded; of one moment by position (rule 5).
 */
async function wholeMessagePage(
  orm: Orm,
  workspace: WorkspaceId,
  thread: Thread,
  page: PageRequest,
): Promise<Page<MessageState>> {
  const { condition } = listed(workspace);
  return keysetPage({
    scope: `whole-messages/${workspace}/${thread[0]}`,
    page,
    order: BY_RECORDING,
    select: ({ range, orderBy, rowCount }) =>
      orm
        .select({ message: messages, recordedAt: timeline.recordedAt })
        .from(messages)
        .innerJoin(timeline, and(eq(timeline.workspaceId, messages.workspaceId), eq(timeline.messageId, messages.id)))
        .where(
          and(
            eq(messages.workspaceId, workspaceIds.toUuid(workspace)),
            ...[isOfThread(messages.conversationId, thread), isWhole, condition, eq(timeline.isAdded, true), range],
          ),
        )
        .orderBy(...orderBy)
        .limit(rowCount),
    placeOf: ({ message, recordedAt }) => timePlace(recordedAt, message.id),
    toItem: ({ message }) => messageFromRow(message),
  });
}

const BY_RECORDING: KeysetOrder = {
  columns: [timeline.recordedAt, timeline.partition, timeline.offset],
  isDescending: false,
  // A place names the message: where its event stands is looked up, for a cursor has no room for it.
  write(place) {
    const { time, id } = timeOf(place);
    return sql`(select ${time}::timestamptz, t.partition, t."offset" from read.timeline t
      where t.message_id = ${id}::uuid and t.is_added limit 1)`;
  },
};

const listsOf = (orm: Orm, list: MessageList, conversations: readonly ConversationId[], page: PageRequest) =>
  keysetPages({
    ...{ owners: conversations, order: list.order, placeOf: list.placeOf, page, toItem: messageFromRow },
    scopeOf: (conversation) => scopeOf(list, conversation),
    ownerOf: (row) => conversationIds.fromUuid(row.conversationId),
    select: (statement) => {
      const each = select(orm, list, eq(messages.conversationId, sql`owner.id`), statement).as('each');
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
