import { and, eq, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import type { Orm } from '../../database/database.js';
import { conversations } from '../../schema/tables/read.js';
import { showConversations, type WholeConversation } from '../conversation/combine.js';
import type { ConversationState } from '../conversation/state.js';
import {
  conversationIds,
  messageIds,
  workspaceIds,
  type ConversationId,
  type MessageId,
  type WorkspaceId,
} from '../kernel/ids.js';
import { conversationFromRow } from '../projections/rows.js';
import { uuids, uuidsOf } from './by-id.js';
import type { Finders, Page } from './finders.js';

const c = alias(conversations, 'c');

/** Of a conversation `c`: whether any other is shown as it. */
export const hasAbsorbed = sql<boolean>`coalesce((select true from read.conversations other
  where other.workspace_id = c.workspace_id and other.merged_into = c.id limit 1), false)`;

/** A row as it was found, which may not be all of its conversation. */
export interface FoundConversation {
  readonly state: ConversationState;
  readonly hasAbsorbed: boolean;
}

/** As they are shown, by the ids of those that were found: two more statements where any of them is not by itself. */
export async function wholeOf(
  orm: Orm,
  workspace: WorkspaceId,
  found: readonly FoundConversation[],
): Promise<ReadonlyMap<ConversationId, WholeConversation>> {
  const others = found.filter((one) => one.hasAbsorbed || one.state.mergedInto !== null);
  if (others.length === 0) return new Map(found.map(({ state }) => [state.id, state]));
  const ids = others.map(({ state }) => state.id);
  const rows = await orm
    .select()
    .from(c)
    .where(and(eq(c.workspaceId, workspaceIds.toUuid(workspace)), isShownWith(ids)));
  const states = new Map(
    [...found.map(({ state }) => state), ...rows.map(conversationFromRow)].map((one) => [one.id, one]),
  );
  const last = [...states.values()].flatMap(({ lastMessageId }) => lastMessageId ?? []);
  return showConversations([...states.values()], await inOrder(orm, workspace, last));
}

/** A circle that the projector sees for a moment, of two that absorb each other, ends by itself: no row comes twice. */
const isShownWith = (ids: readonly ConversationId[]) => sql`c.id in (
  with recursive up as (
    select id, merged_into from read.conversations where id = any(${uuids(uuidsOf(conversationIds, ids))})
    union select next.id, next.merged_into from up join read.conversations next on next.id = up.merged_into
  ), shown as (
    select id, workspace_id from read.conversations where id in (select id from up)
    union select other.id, other.workspace_id from shown join read.conversations other
      on other.workspace_id = shown.workspace_id and other.merged_into = shown.id
  )
  select id from shown)`;

/** By when they were recorded, then by position: conversations have no other order in common (rule 5). */
async function inOrder(orm: Orm, workspace: WorkspaceId, ids: readonly MessageId[]): Promise<readonly MessageId[]> {
  const found = await orm.execute<{ id: string }>(sql`
    select t.message_id as id from read.timeline t
    where t.workspace_id = ${workspaceIds.toUuid(workspace)} and t.message_id = any(${uuids(uuidsOf(messageIds, ids))})
      and t.is_added
    order by t.recorded_at, t.partition, t."offset"`);
  return found.rows.map(({ id }) => messageIds.fromUuid(id));
}

/** A page as it is shown, its cursors those of the rows. */
export async function shownPage(
  workspace: WorkspaceId,
  page: Page<FoundConversation>,
  load: Finders['conversations'],
): Promise<Page<WholeConversation>> {
  const others = page.edges.filter(({ node }) => node.hasAbsorbed).map(({ node }) => node.state.id);
  const found = others.length === 0 ? [] : await load(workspace, others);
  const whole = new Map(others.map((id, index) => [id, found[index]]));
  const edges = page.edges.map((edge) => ({
    get cursor() {
      return edge.cursor;
    },
    node: whole.get(edge.node.state.id) ?? edge.node.state,
  }));
  return { ...page, edges };
}
