import { and, sql, type SQL } from 'drizzle-orm';
import { channelIds, contactIds, conversationIds, workspaceIds, type WorkspaceId } from '../../kernel/ids.js';
import { uuids, uuidsOf } from '../by-id.js';
import type { ConversationFilter } from '../finders.js';
import { isNamed } from '../named-contacts.js';
import type { ListedChannel } from './listed-channels.js';

/** What a filter asks of a conversation `c`, by what it asks. Partial indexes are found by their conditions, written out as they have them. */
export type Conditions = Readonly<Record<Condition, SQL | undefined>>;
export type Condition =
  | ('status' | 'channels' | 'contact' | 'unread' | 'agent' | 'team' | 'assigned' | 'labels' | 'snoozed')
  | ('within' | 'active' | 'window' | 'text');

/** What had to be looked up for a filter. */
export interface LookedUp {
  /** Those that come into question; undefined: nothing of the filter depends on them. */
  readonly channels: readonly ListedChannel[] | undefined;
  /** Likewise of the contact that is asked for. */
  readonly members: readonly string[] | undefined;
  /** Conversations as which one is shown that has something unread. UUIDs; mostly none. */
  readonly unreadParts: readonly string[];
}

export function conditionsOf(
  filter: ConversationFilter,
  workspace: WorkspaceId,
  { channels, members, unreadParts }: LookedUp,
): Conditions {
  const { status, within } = filter;
  const ids = channels?.map(({ id }) => id) ?? (filter.channelIds && uuidsOf(channelIds, filter.channelIds));
  return {
    status: status && sql`c.status = ${status}`,
    channels: ids && isAmong(sql`c.channel_id`, ids),
    contact: members && isAmong(sql`c.contact_id`, members),
    within:
      within &&
      sql`(c.id = any(${uuids(uuidsOf(conversationIds, within.conversationIds))})
        or c.contact_id = any(${uuids(uuidsOf(contactIds, within.contactIds))}))`,
    ...tended(filter, workspace),
    unread: yesOrNo(filter.isUnread, hasUnread(unreadParts)),
    active: activeCondition(filter),
    window: filter.window && windowCondition(filter.window.closesWithinMs, channels ?? []),
    text: filter.text === undefined ? undefined : isNamed(workspace, filter.text, sql`c.contact_id`),
  };
}

function tended(filter: ConversationFilter, workspace: WorkspaceId) {
  const { agentId, teamId, isAssigned, labels = [], isSnoozed } = filter;
  const named = [workspaceIds.toUuid(workspace), ...labels];
  return {
    agent: agentId === undefined ? undefined : sql`c.agent_id = ${agentId}`,
    team: teamId === undefined ? undefined : sql`c.team_id = ${teamId}`,
    assigned: yesOrNo(isAssigned === undefined ? undefined : !isAssigned, IS_NOBODYS),
    labels:
      labels.length === 0
        ? undefined
        : sql`c.labels <> '{}' and array_prepend(c.workspace_id::text, c.labels) @> ${sql.param(named)}::text[]`,
    snoozed: yesOrNo(isSnoozed, IS_ASIDE),
  };
}

const HAS_UNREAD = sql`c.incoming_count > c.read_incoming_count`;
/** The first alone is what its partial index is found by. */
const hasUnread = (parts: readonly string[]): SQL =>
  parts.length === 0 ? HAS_UNREAD : sql`(${HAS_UNREAD} or c.id = any(${uuids(parts)}))`;
const IS_NOBODYS = sql`c.agent_id is null and c.team_id is null`;
/** Of those whose time has passed nothing tells but the clock. */
const IS_ASIDE = sql`(c.snoozed_until is not null and c.snoozed_until > now())`;

const yesOrNo = (answer: boolean | undefined, condition: SQL): SQL | undefined =>
  answer === undefined ? undefined : answer ? condition : sql`not (${condition})`;

/** Nothing is active before it comes in: within a window's hours lies all that has one open. */
function activeCondition({ activeAfter, activeBefore, window }: ConversationFilter): SQL | undefined {
  const hoursMax = window && Math.max(0, ...window.hours.map(({ hours }) => hours));
  return and(
    activeAfter && sql`c.last_activity_at > ${activeAfter.toISOString()}::timestamptz`,
    activeBefore && sql`c.last_activity_at < ${activeBefore.toISOString()}::timestamptz`,
    hoursMax === undefined ? undefined : sql`c.last_activity_at > now() - ${hoursLong(sql`${hoursMax}`)}`,
  );
}

/** By channels of the same hours together. */
function windowCondition(closesWithinMs: number | undefined, channels: readonly ListedChannel[]): SQL {
  const each = [...new Set(channels.map(({ hours }) => hours))].map((length) => {
    const ids = channels.filter(({ hours }) => hours === length).map(({ id }) => id);
    return sql`(c.channel_id = any(${uuids(ids)}) and ${isClosing(hoursLong(sql`${length}`), closesWithinMs)})`;
  });
  return each.length === 0 ? sql`false` : sql`(${sql.join(each, sql` or `)})`;
}

/** Open now, and closed within that time. @param length SQL of an interval */
export const isClosing = (length: SQL, closesWithinMs: number | undefined): SQL => sql`
  c.last_incoming_at > now() - ${length} ${
    closesWithinMs === undefined
      ? sql``
      : sql`and c.last_incoming_at <= now() - ${length} + ${closesWithinMs}::float8 * interval '1 ms'`
  }`;

/** @param hours SQL of a number */
export const hoursLong = (hours: SQL): SQL => sql`make_interval(hours => ${hours}::int)`;

/** Not by an array of one: of one Postgres reads the index in its order. */
const isAmong = (column: SQL, ids: readonly string[]): SQL =>
  ids.length === 1 ? sql`${column} = ${ids[0]}::uuid` : sql`${column} = any(${uuids(ids)})`;

/** What remains to be looked at; undefined: nothing. */
export const allBut = (given: Conditions, serves: readonly Condition[]): SQL | undefined =>
  and(
    ...Object.entries(given).map(([name, condition]) => (serves.some((one) => one === name) ? undefined : condition)),
  );
