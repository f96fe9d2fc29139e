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
import { given, inOrderOf, isOfGivenWorkspace, isOneOf, isOneOfGiven } from './by-id.js';
import type { Finders, PageRequest } from './finders.js';
import { byOffset, byTime, keysetPage, timePlace, type KeysetOrder } from './keyset.js';
import type { Place } from './page-cursor.js';

type MessageFinders = Pick<Finders, 'messages' | 'messagePage' | 'scheduledPage' | 'timelines'>;

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
    messagePage: (workspace, conversation, page) =>
      listOf(orm, workspace, conversation, page, {
        scope: `messages/${workspace}/${conversation}`,
        order: byOffset(messages.addedOffset),
        condition: isNotNull(messages.addedOffset),
        placeOf: (row) => ({ major: row.addedOffset ?? 0n }),
      }),
    scheduledPage: (workspace, conversation, page) =>
      listOf(orm, workspace, conversation, page, {
        scope: `scheduled/${workspace}/${conversation}`,
        order: byTime(messages.scheduledAt, messages.id, 'ascending'),
        // Written out, and not a parameter: the partial index is found by it.
        condition: sql`status = 'SCHEDULED'`,
        placeOf: (row) => timePlace(row.scheduledAt ?? row.createdAt, row.id),
      }),
    timelines: (workspace, ids) => findTimelines(orm, workspaceIds.toUuid(workspace), ids),
  };
}

/** One of the lists of a conversation's messages. */
const listOf = (
  orm: Orm,
  workspace: WorkspaceId,
  conversation: ConversationId,
  page: PageRequest,
  list: {
    readonly scope: string;
    readonly order: KeysetOrder;
    readonly condition: SQL;
    readonly placeOf: (row: typeof messages.$inferSelect) => Place;
  },
) =>
  keysetPage({
    ...{ scope: list.scope, order: list.order, placeOf: list.placeOf, page, toItem: messageFromRow },
    select: ({ range, orderBy, rowCount }) =>
      orm
        .select()
        .from(messages)
        .where(
          and(
            eq(messages.workspaceId, workspaceIds.toUuid(workspace)),
            eq(messages.conversationId, conversationIds.toUuid(conversation)),
            isWhole,
            list.condition,
            range,
          ),
        )
        .orderBy(...orderBy)
        .limit(rowCount),
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
