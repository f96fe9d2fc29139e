import { and, eq, inArray, isNotNull } from 'drizzle-orm';
import type { Orm } from '../../database/database.js';
import { messages, timeline } from '../../schema/tables/read.js';
import { conversationIds, messageIds, workspaceIds, type MessageId } from '../kernel/ids.js';
import type { Progress, TimelineEntry } from '../message/state.js';
import { shownTimeline } from '../message/timeline.js';
import { messageFromRow, timelineEntryFromRow } from '../projections/rows.js';
import { inOrderOf, uuidsOf } from './by-id.js';
import type { Finders } from './finders.js';
import { byOffset, keysetPage } from './keyset.js';

type MessageFinders = Pick<Finders, 'messages' | 'messagePage' | 'timelines'>;

/** Stubs are shown to nobody: a message is there once its first event was folded. */
const isWhole = isNotNull(messages.direction);

export function createMessageFinders(orm: Orm): MessageFinders {
  return {
    async messages(workspace, ids) {
      const rows = await orm
        .select()
        .from(messages)
        .where(
          and(
            eq(messages.workspaceId, workspaceIds.toUuid(workspace)),
            inArray(messages.id, uuidsOf(messageIds, ids)),
            isWhole,
          ),
        );
      return inOrderOf(ids, rows.map(messageFromRow), (message) => message.id);
    },
    messagePage: (workspace, conversation, page) =>
      keysetPage({
        scope: `messages/${workspace}/${conversation}`,
        order: byOffset(messages.addedOffset),
        page,
        select: ({ range, orderBy, rowCount }) =>
          orm
            .select()
            .from(messages)
            .where(
              and(
                eq(messages.workspaceId, workspaceIds.toUuid(workspace)),
                eq(messages.conversationId, conversationIds.toUuid(conversation)),
                isWhole,
                isNotNull(messages.addedOffset),
                range,
              ),
            )
            .orderBy(...orderBy)
            .limit(rowCount),
        placeOf: (row) => ({ major: row.addedOffset ?? 0n }),
        toItem: messageFromRow,
      }),
    timelines: (workspace, ids) => findTimelines(orm, workspaceIds.toUuid(workspace), ids),
  };
}

async function findTimelines(orm: Orm, workspaceUuid: string, ids: readonly MessageId[]) {
  const rows = await orm
    .select({ entry: timeline, progress: messages.progress })
    .from(timeline)
    .innerJoin(messages, eq(messages.id, timeline.messageId))
    .where(
      and(eq(timeline.workspaceId, workspaceUuid), inArray(timeline.messageId, uuidsOf(messageIds, ids)), isWhole),
    );
  const found = new Map<MessageId, { entries: TimelineEntry[]; progress: unknown }>();
  for (const row of rows) {
    const entry = timelineEntryFromRow(row.entry);
    const of = found.get(entry.messageId) ?? { entries: [], progress: row.progress };
    of.entries.push(entry);
    found.set(entry.messageId, of);
  }
  return ids.map((id) => {
    const of = found.get(id);
    return of === undefined ? [] : [...shownTimeline(of.entries, of.progress as Progress)];
  });
}
