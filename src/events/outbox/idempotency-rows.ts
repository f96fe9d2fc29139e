import { sql } from 'drizzle-orm';
import type { Executor, Transaction } from '../../database/database.js';
import { parseRecord } from '../codec.js';
import type { Vector } from '../kernel/cursor.js';
import { messageIds, eventIds, workspaceIds, type WorkspaceId } from '../kernel/ids.js';
import type { AppendedPosition, OutgoingRecord } from '../log/event-log.js';
import type { MessageAccepted } from '../message/decide.js';
import type { StoredEvent } from './outbox.js';

/** A key is kept so long; used again after that, it stands for a new message (design §8). */
const KEPT = '30 days';
const FORGET_ROWS_MAX = 1_000;

export interface KeyRef {
  readonly workspaceId: WorkspaceId;
  readonly key: string;
}

/** What a key stands for. */
export interface KeyRow extends StoredEvent<MessageAccepted> {
  readonly requestHash: string;
  /** Undefined: the log hasn't acknowledged it, as far as the row knows. */
  readonly position: AppendedPosition | undefined;
  /** What the first answer's cursor was raised from; empty where this instance didn't make the row. */
  readonly cursor: Vector;
}

export interface NewKeyRow extends KeyRef {
  readonly requestHash: string;
  readonly event: MessageAccepted;
  readonly record: OutgoingRecord;
  readonly cursor: Vector;
}

export const cursorToText = (cursor: Vector): string => cursor.join(',');
const cursorFromText = (text: string): Vector => (text === '' ? [] : text.split(',').map(BigInt));

interface FoundRow extends Record<string, unknown> {
  place: number;
  request_hash: string;
  headers: Record<string, string>;
  value: Buffer;
  partition: number | null;
  offset: bigint | null;
  cursor: string;
}

/** One statement for all callers that wait; expired rows aren't found. */
export async function findKeys(executor: Executor, refs: readonly KeyRef[]): Promise<readonly (KeyRow | undefined)[]> {
  const found = await executor.execute<FoundRow>(sql`
    select place::integer, request_hash, headers, value, partition, "offset", cursor
    from unnest(
      ${sql.param(refs.map(({ workspaceId }) => workspaceIds.toUuid(workspaceId)))}::uuid[],
      ${sql.param(refs.map(({ key }) => key))}::text[]
    ) with ordinality as asked (workspace_id, key, place)
    join work.idempotency_keys as kept using (workspace_id, key)
    where kept.created_at > now() - ${KEPT}::interval`);
  const rows = new Map(found.rows.map((row) => [row.place - 1, rowOf(row)]));
  return refs.map((_, index) => rows.get(index));
}

function rowOf(row: FoundRow): KeyRow {
  return {
    requestHash: row.request_hash,
    ...storedIn(row),
    position:
      row.partition === null || row.offset === null ? undefined : { partition: row.partition, offset: row.offset },
    cursor: cursorFromText(row.cursor),
  };
}

/** The row's own event: what was decided then, in whatever version, is what is said again. */
function storedIn({ headers, value }: FoundRow): StoredEvent<MessageAccepted> {
  const { conversationId: key = '' } = JSON.parse(value.toString('utf8')) as { conversationId?: string };
  const record = { key, headers, value };
  const parsed = parseRecord({ partition: 0, offset: 0n, ...record });
  if (parsed.kind !== 'event') throw new TypeError(`An idempotency row holds no readable event (${parsed.kind}).`);
  const { event } = parsed;
  if (event.type === 'message.accepted' || event.type === 'message.scheduled') return { event, record };
  throw new TypeError(`An idempotency row holds ${event.type}.`);
}

/**
 * Keys sorted, as `settleRows` takes them, so that two processes can't deadlock: also a key that is taken is locked here.
 * Answers whether all of them were free (or expired).
 */
export async function insertKeys(tx: Transaction, rows: readonly NewKeyRow[]): Promise<boolean> {
  const inserted = await tx.execute(sql`
    insert into work.idempotency_keys as kept
      (workspace_id, key, request_hash, message_id, event_id, headers, value, cursor)
    select workspace_id, key, request_hash, message_id, event_id, headers::jsonb, value, cursor
    from unnest(
      ${sql.param(rows.map(({ workspaceId }) => workspaceIds.toUuid(workspaceId)))}::uuid[],
      ${sql.param(rows.map(({ key }) => key))}::text[],
      ${sql.param(rows.map(({ requestHash }) => requestHash))}::text[],
      ${sql.param(rows.map(({ event }) => (event.messageId === undefined ? null : messageIds.toUuid(event.messageId))))}::uuid[],
      ${sql.param(rows.map(({ event }) => eventIds.toUuid(event.id)))}::uuid[],
      ${sql.param(rows.map(({ record }) => JSON.stringify(record.headers)))}::text[],
      ${sql.param(rows.map(({ record }) => record.value))}::bytea[],
      ${sql.param(rows.map(({ cursor }) => cursorToText(cursor)))}::text[]
    ) as given (workspace_id, key, request_hash, message_id, event_id, headers, value, cursor)
    order by workspace_id, key collate "C"
    on conflict (workspace_id, key) do update set
      request_hash = excluded.request_hash, message_id = excluded.message_id, event_id = excluded.event_id,
      headers = excluded.headers, value = excluded.value, cursor = excluded.cursor,
      partition = null, "offset" = null, created_at = now()
    where kept.created_at <= now() - ${KEPT}::interval
    returning 1`);
  return inserted.rowCount === rows.length;
}

/**
 * What has expired goes, some at a time; never a row whose event may still wait in the outbox. Each process does this, all
 * of them at a start: what another one has locked is his.
 */
export async function forgetExpiredKeys(executor: Executor): Promise<void> {
  await executor.execute(sql`
    delete from work.idempotency_keys where (workspace_id, key) in (
      select workspace_id, key from work.idempotency_keys
      where created_at <= now() - ${KEPT}::interval and partition is not null
      order by created_at limit ${FORGET_ROWS_MAX} for update skip locked)`);
}
