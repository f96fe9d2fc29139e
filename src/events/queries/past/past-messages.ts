import { and, eq, isNotNull, sql, type SQL } from 'drizzle-orm';
import type { Orm } from '../../../database/database.js';
import { messages } from '../../../schema/tables/read.js';
import type { Vector } from '../../kernel/cursor.js';
import {
  conversationIds,
  messageIds,
  workspaceIds,
  type ConversationId,
  type MessageId,
  type WorkspaceId,
} from '../../kernel/ids.js';
import { evolveMessage } from '../../message/evolve.js';
import type { MessageState, TimelineEntry } from '../../message/state.js';
import { shownTimeline, timelineEntryOf } from '../../message/timeline.js';
import { isOfMessage } from '../../projections/read-models.js';
import { vectorRows } from '../../projections/vector-rows.js';
import { uuidsOf } from '../by-id.js';
import type { PageRequest, PastFinders } from '../finders.js';
import { byOffset, byTime, keysetPage, timePlace, type KeysetOrder } from '../keyset.js';
import type { Place } from '../page-cursor.js';
import { readPast } from './read-past.js';

/** Messages as their events below a vector make them. Each is folded of its own events alone, by their index. */
export function createPastMessages(
  orm: Orm,
  until: Vector,
): Pick<PastFinders, 'messages' | 'timelines' | 'messagePage' | 'scheduledPage'> {
  return {
    async messages(workspace, ids) {
      const past = await foldMessages(orm, workspace, ids, until);
      return ids.map((id) => past.get(id)?.state).map((state) => (state?.direction ? state : undefined));
    },
    async timelines(workspace, ids) {
      const past = await foldMessages(orm, workspace, ids, until);
      return ids.map((id) => {
        const found = past.get(id);
        return found?.state.direction ? shownTimeline(found.entries, found.state.progress) : [];
      });
    },
    messagePage: (workspace, conversation, page) =>
      pastPage(orm, workspace, conversation, page, until, {
        scope: `messages/${workspace}/${conversation}`,
        order: byOffset(messages.addedOffset),
        condition: (bound) =>
          sql`${messages.addedOffset} < ${bound} and exists (select ${entriesBelow(bound)} and t.is_added)`,
        isListed: ({ addedAt }) => addedAt !== null,
        placeOf: ({ addedAt }) => ({ major: addedAt?.offset ?? 0n }),
      }),
    scheduledPage: (workspace, conversation, page) =>
      pastPage(orm, workspace, conversation, page, until, {
        scope: `scheduled/${workspace}/${conversation}`,
        order: byTime(messages.scheduledAt, messages.id, 'ascending'),
        condition: (bound) =>
          sql`${messages.scheduledAt} is not null and (select count(*) ${entriesBelow(bound)} and t.is_move) = 1`,
        isListed: ({ status }) => status === 'SCHEDULED',
        placeOf: ({ scheduledAt, createdAt, id }) =>
          timePlace(new Date(scheduledAt ?? createdAt), messageIds.toUuid(id)),
      }),
  };
}

/** A message's entries in the timeline that lie below the vector. */
const entriesBelow = (bound: SQL): SQL => sql`from read.timeline t
  where t.workspace_id = messages.workspace_id and t.message_id = messages.id and t."offset" < ${bound}`;

interface PastMessage {
  readonly state: MessageState;
  readonly entries: TimelineEntry[];
}

async function foldMessages(
  orm: Orm,
  workspace: WorkspaceId,
  ids: readonly MessageId[],
  until: Vector,
): Promise<ReadonlyMap<MessageId, PastMessage>> {
  const folded = new Map<MessageId, PastMessage>();
  const condition = sql`e.message_id = any(${sql.param(uuidsOf(messageIds, ids))}::uuid[])`;
  if (ids.length === 0) return folded;
  for await (const { event, position } of readPast(orm, workspace, condition, until)) {
    if (!isOfMessage(event) || event.messageId === undefined) continue;
    const before = folded.get(event.messageId);
    const entries = before?.entries ?? [];
    const entry = timelineEntryOf({ event, position });
    if (entry !== undefined) entries.push(entry);
    folded.set(event.messageId, { state: evolveMessage(before?.state, { event, position }), entries });
  }
  return folded;
}

interface PastList {
  readonly scope: string;
  readonly order: KeysetOrder;
  /** Finds the candidates by today's row and what the projector noted in the timeline. @param bound the vector's offset */
  condition(bound: SQL): SQL;
  /** Whether the folded message really is one of the list. */
  isListed(state: MessageState): boolean;
  placeOf(state: MessageState): Place;
}

/**
 * A page of messages by today's order, which no message changes once it is in the list, of those that were in it below
 * the vector. What is on the page is folded; a candidate that turns out to be none is left out, and the page read again.
 */
const pastPage = (
  orm: Orm,
  workspace: WorkspaceId,
  conversation: ConversationId,
  page: PageRequest,
  until: Vector,
  list: PastList,
) =>
  keysetPage({
    ...{ scope: list.scope, order: list.order, page, placeOf: list.placeOf, toItem: (state: MessageState) => state },
    async select({ range, orderBy, rowCount }) {
      const ofConversation = and(
        eq(messages.workspaceId, workspaceIds.toUuid(workspace)),
        eq(messages.conversationId, conversationIds.toUuid(conversation)),
        isNotNull(messages.direction),
        list.condition(boundOf(workspace, conversation, until)),
        range,
      );
      for (const others: MessageId[] = []; ;) {
        const found = await orm
          .select({ id: messages.id })
          .from(messages)
          .where(and(ofConversation, sql`${messages.id} <> all(${sql.param(uuidsOf(messageIds, others))}::uuid[])`))
          .orderBy(...orderBy)
          .limit(rowCount);
        const ids = found.map(({ id }) => messageIds.fromUuid(id));
        const past = await foldMessages(orm, workspace, ids, until);
        const states = ids.flatMap((id) => past.get(id)?.state ?? []);
        const listed = states.filter((state) => state.direction !== null && list.isListed(state));
        if (listed.length === ids.length) return listed;
        others.push(...ids.filter((id) => !listed.some((state) => state.id === id)));
      }
    },
  });

/** The vector's offset in the partition of a conversation: found once for the statement, so that an index can start there. */
const boundOf = (workspace: WorkspaceId, conversation: ConversationId, until: Vector): SQL => sql`(
  select until."offset" from ${vectorRows(until)} as until(partition, "offset") where until.partition = (
    select e.partition from read.events e where e.workspace_id = ${workspaceIds.toUuid(workspace)}
      and e.conversation_id = ${conversationIds.toUuid(conversation)} limit 1))`;
