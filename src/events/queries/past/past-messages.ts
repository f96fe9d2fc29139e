import { sql, type SQL } from 'drizzle-orm';
import type { Orm } from '../../../database/database.js';
import { messages } from '../../../schema/tables/read.js';
import {
  conversationIds,
  messageIds,
  workspaceIds,
  type ConversationId,
  type MessageId,
  type WorkspaceId,
} from '../../kernel/ids.js';
import type { MessageState } from '../../message/state.js';
import { shownTimeline } from '../../message/timeline.js';
import { uuidsOf } from '../by-id.js';
import type { PageRequest, PastFinders } from '../finders.js';
import { byOffset, byTime, keysetPage, timePlace, type KeysetOrder } from '../keyset.js';
import type { Place } from '../page-cursor.js';
import type { BoundFinder } from './bounds.js';
import { findConversationsOf, foldMessages } from './fold-messages.js';

/** Messages as their events up to a moment make them. Each is folded of its own events alone, by their index. */
export function createPastMessages(
  orm: Orm,
  boundFinder: BoundFinder,
): Pick<PastFinders, 'messages' | 'timelines' | 'messagePage' | 'scheduledPage'> {
  const fold = async (workspace: WorkspaceId, ids: readonly MessageId[]) => {
    const bounds = await boundFinder.find(workspace, await findConversationsOf(orm, workspace, ids));
    return foldMessages(orm, workspace, ids, bounds);
  };
  return {
    async messages(workspace, ids) {
      const past = await fold(workspace, ids);
      return ids.map((id) => past.get(id)?.state).map((state) => (state?.direction ? state : undefined));
    },
    async timelines(workspace, ids) {
      const past = await fold(workspace, ids);
      return ids.map((id) => {
        const found = past.get(id);
        return found?.state.direction ? shownTimeline(found.entries, found.state) : [];
      });
    },
    messagePage: (workspace, conversation, page) =>
      pastPage(orm, boundFinder, workspace, conversation, page, {
        scope: `messages/${workspace}/${conversation}`,
        order: byOffset(messages.addedOffset),
        // Of a scheduled one that its calls came before, today's place lies before the event that made it whole.
        condition: (bound) => sql`${messages.addedOffset} < ${bound}`,
        isListed: ({ addedAt }) => addedAt !== null,
        placeOf: ({ addedAt }) => ({ major: addedAt?.offset ?? 0n }),
      }),
    scheduledPage: (workspace, conversation, page) =>
      pastPage(orm, boundFinder, workspace, conversation, page, {
        scope: `scheduled/${workspace}/${conversation}`,
        order: byTime(messages.scheduledAt, messages.id, 'ascending'),
        // Once it left SCHEDULED, which the second move tells, no message comes back to it.
        condition: (bound) =>
          sql`${messages.scheduledAt} is not null and (
            select count(*) from read.timeline t
            where t.workspace_id = messages.workspace_id and t.message_id = messages.id and t."offset" < ${bound}
              and t.is_move) = 1`,
        isListed: ({ status }) => status === 'SCHEDULED',
        placeOf: ({ scheduledAt, createdAt, id }) =>
          timePlace(new Date(scheduledAt ?? createdAt), messageIds.toUuid(id)),
      }),
  };
}

interface PastList {
  readonly scope: string;
  readonly order: KeysetOrder;
  /** Finds the candidates by today's row and by what the projector noted. @param bound of the conversation's events */
  condition(bound: SQL): SQL;
  /** Whether the folded message really is one of the list. */
  isListed(state: MessageState): boolean;
  placeOf(state: MessageState): Place;
}

/**
 * A page by today's order, which no message leaves once it is in the list, of those that were in it at the moment. What is
 * on the page is folded; a candidate that turns out to be none is left out, and the page read again.
 */
async function pastPage(
  orm: Orm,
  boundFinder: BoundFinder,
  workspace: WorkspaceId,
  conversation: ConversationId,
  page: PageRequest,
  list: PastList,
) {
  const bounds = await boundFinder.find(workspace, [conversation]);
  const bound = sql`${bounds.get(conversation) ?? 0n}::bigint`;
  return keysetPage({
    ...{ scope: list.scope, order: list.order, page, placeOf: list.placeOf, toItem: (state: MessageState) => state },
    async select({ range, orderBy, rowCount }) {
      for (const others: MessageId[] = []; ;) {
        const found = await orm.execute<{ id: string }>(sql`
          select messages.id from ${messages}
          where messages.workspace_id = ${workspaceIds.toUuid(workspace)}
            and messages.conversation_id = ${conversationIds.toUuid(conversation)} and messages.direction is not null
            and ${list.condition(bound)} and ${range ?? sql`true`}
            and messages.id <> all(${sql.param(uuidsOf(messageIds, others))}::uuid[])
          order by ${sql.join([...orderBy], sql`, `)} limit ${rowCount}`);
        const ids = found.rows.map(({ id }) => messageIds.fromUuid(id));
        const past = await foldMessages(orm, workspace, ids, bounds);
        const states = ids.flatMap((id) => past.get(id)?.state ?? []);
        const listed = states.filter((state) => state.direction !== null && list.isListed(state));
        if (listed.length === ids.length) return listed;
        others.push(...ids.filter((id) => !listed.some((state) => state.id === id)));
      }
    },
  });
}
