import { sql } from 'drizzle-orm';
import type { Orm } from '../../../database/database.js';
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
import { timelineEntryOf } from '../../message/timeline.js';
import { isOfMessage } from '../../projections/read-models.js';
import { uuidsOf } from '../by-id.js';
import type { Bounds } from './bounds.js';
import { readPast } from './read-past.js';

export interface PastMessage {
  /** May be a stub. */
  readonly state: MessageState;
  /** In the order of positions. */
  readonly entries: readonly TimelineEntry[];
}

/** Messages of these conversations, folded of their events within the bounds. Those that there weren't are absent. */
export async function foldMessages(
  orm: Orm,
  workspace: WorkspaceId,
  ids: readonly MessageId[],
  bounds: Bounds,
): Promise<ReadonlyMap<MessageId, PastMessage>> {
  const states = new Map<MessageId, MessageState>();
  const entries = new Map<MessageId, TimelineEntry[]>();
  if (ids.length === 0) return new Map();
  const past = readPast(orm, workspace, {
    about: sql`e.message_id = any(${sql.param(uuidsOf(messageIds, ids))}::uuid[])`,
    until: sql`join unnest(${sql.param(uuidsOf(conversationIds, [...bounds.keys()]))}::uuid[],
        ${sql.param([...bounds.values()].map(String))}::bigint[]) as until(conversation_id, "offset")
      on until.conversation_id = e.conversation_id and e."offset" < until."offset"`,
  });
  for await (const { event, position } of past) {
    const id = event.messageId;
    if (!isOfMessage(event) || id === undefined) continue;
    states.set(id, evolveMessage(states.get(id), { event, position }));
    const entry = timelineEntryOf({ event, position });
    if (entry === undefined) continue;
    const known = entries.get(id);
    if (known === undefined) entries.set(id, [entry]);
    else known.push(entry);
  }
  return new Map([...states].map(([id, state]) => [id, { state, entries: entries.get(id) ?? [] }]));
}

/** The conversations that these messages belong to, each once. */
export async function findConversationsOf(
  orm: Orm,
  workspace: WorkspaceId,
  ids: readonly MessageId[],
): Promise<ConversationId[]> {
  const found = await orm.execute<{ conversation_id: string }>(sql`
    select distinct m.conversation_id from read.messages m
    where m.workspace_id = ${workspaceIds.toUuid(workspace)}
      and m.id = any(${sql.param(uuidsOf(messageIds, ids))}::uuid[])`);
  return found.rows.map((row) => conversationIds.fromUuid(row.conversation_id));
}
