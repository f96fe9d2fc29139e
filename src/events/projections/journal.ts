import { sql, type SQL } from 'drizzle-orm';
import type { Executor } from '../../database/database.js';
import { mergeVectors, originVector, type Vector } from '../kernel/cursor.js';
import type { EventEnvelope } from '../kernel/event.js';
import {
  channelIds,
  conversationIds,
  messageIds,
  workspaceIds,
  type ConversationId,
  type WorkspaceId,
} from '../kernel/ids.js';
import type { MessageFailure, MessageStatus, Progress, Words } from '../message/state.js';
import { shownTimeline } from '../message/timeline.js';
import { isOfThread } from '../queries/by-id.js';
import type { EventFilter, JournalPage, StatusMove } from '../queries/finders.js';
import { vectorRows } from './vector-rows.js';

/** What to read of the journal. Only the tail that all subscribers share reads without a workspace. */
export interface JournalFilter extends EventFilter {
  readonly workspaceId?: WorkspaceId | undefined;
  /** Of conversations that are shown as one. */
  readonly thread?: readonly ConversationId[] | undefined;
}

/** An event as the journal holds it, with what has been read or passed over with it. */
export type JournalEntry = JournalPage['items'][number];

export interface JournalRead extends JournalPage {
  /** The projector's positions in the same snapshot: lower than `after` where a crash took back what wasn't flushed. */
  readonly stored: Vector;
}

/**
 * Reads up to `limit` events after a vector, merged over partitions by the heads' `recordedAt`.
 *
 * One statement, so one snapshot: everything below the positions that it sees is in the journal that it sees, and
 * `end` may pass over partitions where nothing matched. Sorting by the running maximum of `recordedAt` within a
 * partition is what a merge by the heads gives: a row earlier than the one before it comes right behind it.
 */
export async function readJournal(
  executor: Executor,
  filter: JournalFilter,
  after: Vector,
  limit: number,
): Promise<JournalRead> {
  const found = await executor.execute<JournalRow>(pageStatement(filter, after, limit + 1));
  const stored = originVector(after.length).map((zero, partition) => storedPosition(found.rows[0], partition) ?? zero);
  const items = withVectors(found.rows.slice(0, limit).filter(isEventRow), after);
  const last = items.at(-1)?.vector ?? after;
  const hasMore = found.rows.length > limit;
  return { items, end: hasMore ? last : mergeVectors(last, stored), hasMore, stored };
}

/** The projector's positions: for each partition the next offset that it will fold. */
export async function readStoredPositions(executor: Executor, partitionCount: number): Promise<Vector> {
  const found = await executor.execute<{ partition: number; next_offset: bigint }>(
    sql`select partition, next_offset from read.positions`,
  );
  const positions = new Map(found.rows.map((row) => [row.partition, row.next_offset]));
  return Array.from({ length: partitionCount }, (_, partition) => positions.get(partition) ?? 0n);
}

interface JournalRow extends Record<string, unknown> {
  readonly positions: Readonly<Record<string, string>> | null;
  /** Null in the one row of an empty page, which only brings the positions. */
  readonly partition: number | null;
  readonly offset: bigint;
  readonly value: EventEnvelope;
  readonly status: MessageStatus | null;
  readonly is_stage_unknown: boolean;
  readonly attempt: number;
  readonly part: number | null;
  readonly occurred_at: string;
  readonly recorded_at: string;
  readonly failure: MessageFailure | null;
  readonly is_move: boolean;
  readonly is_added: boolean;
  readonly progress: Progress | null;
  readonly words: Words | null;
}
type EventRow = JournalRow & { readonly partition: number };

const isEventRow = (row: JournalRow): row is EventRow => row.partition !== null;

function pageStatement(filter: JournalFilter, after: Vector, rowCount: number): SQL {
  return sql`
    with picked as (
      select head.partition, head."offset",
        row_number() over (order by head.merged_at, head.partition, head."offset") as place
      from ${vectorRows(after)} as start(partition, "offset")
      cross join lateral (
        select next.partition, next."offset", max(next.recorded_at) over (order by next."offset") as merged_at
        from (
          select e.partition, e."offset", e.recorded_at from read.events e
          where e.partition = start.partition and e."offset" >= start."offset" and ${conditions(filter)}
          order by e."offset" limit ${rowCount}
        ) next
      ) head
      order by place limit ${rowCount}
    )
    select (select jsonb_object_agg(p.partition, p.next_offset::text) from read.positions p) as positions,
      e.partition, e."offset", e.value,
      t.status, t.is_stage_unknown, t.attempt, t.part, t.failure, t.is_move, t.is_added,
      ${rfc3339(sql`t.occurred_at`)} as occurred_at, ${rfc3339(sql`t.recorded_at`)} as recorded_at, m.progress, m.words
    from (select) as always
    left join picked on true
    left join read.events e on e.partition = picked.partition and e."offset" = picked."offset"
    left join read.timeline t on t.event_id = e.id
    left join read.messages m on t.is_stage_unknown and m.id = t.message_id
    order by picked.place`;
}

function conditions(filter: JournalFilter): SQL {
  const all = [sql`true`];
  if (filter.workspaceId) all.push(sql`e.workspace_id = ${workspaceIds.toUuid(filter.workspaceId)}`);
  if (filter.conversationId) all.push(sql`e.conversation_id = ${conversationIds.toUuid(filter.conversationId)}`);
  if (filter.thread) all.push(isOfThread(sql`e.conversation_id`, filter.thread));
  if (filter.messageId) all.push(sql`e.message_id = ${messageIds.toUuid(filter.messageId)}`);
  if (filter.channelId) all.push(sql`e.channel_id = ${channelIds.toUuid(filter.channelId)}`);
  if (filter.types) all.push(sql`e.type = any(${sql.param([...filter.types])}::text[])`);
  return sql.join(all, sql` and `);
}

const rfc3339 = (column: SQL) => sql`to_char(${column} at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

function storedPosition(row: JournalRow | undefined, partition: number): bigint | undefined {
  const text = row?.positions?.[String(partition)];
  return text === undefined ? undefined : BigInt(text);
}

function withVectors(rows: readonly EventRow[], after: Vector): JournalEntry[] {
  let vector = after;
  return rows.map((row) => {
    vector = vector.with(row.partition, row.offset + 1n);
    const position = { partition: row.partition, offset: row.offset };
    return { event: row.value, position, vector, change: changeOf(row) };
  });
}

function changeOf(row: EventRow): StatusMove | null {
  if (row.status === null || row.value.messageId === undefined) return null;
  const [entry] = shownTimeline(
    [
      {
        eventId: row.value.id,
        messageId: row.value.messageId,
        position: { partition: row.partition, offset: row.offset },
        status: row.status,
        isStageUnknown: row.is_stage_unknown,
        attempt: row.attempt,
        part: row.part,
        occurredAt: row.occurred_at,
        recordedAt: row.recorded_at,
        failure: row.failure,
      },
    ],
    { progress: row.progress ?? {}, words: row.words ?? {} },
  );
  return entry === undefined ? null : { entry, isMove: row.is_move, isAdded: row.is_added };
}
