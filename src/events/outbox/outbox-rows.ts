import { sql } from 'drizzle-orm';
import type { Executor, Transaction } from '../../database/database.js';
import { parseRecord } from '../codec.js';
import { eventIds, type EventId } from '../kernel/ids.js';
import type { AppendedPosition, OutgoingRecord } from '../log/event-log.js';
import type { StoredEvent } from './outbox.js';

/** Rows that one sweep takes. */
export const SWEEP_ROWS_MAX = 500;
/** Their values together; the first row is always taken. */
const SWEEP_BYTES_MAX = 8 * 1024 * 1024;
/** Whoever committed a row has 5 s to append it; after that it's the sweeper's. */
const OVERDUE_AFTER = '5 seconds';

export interface OutboxRow {
  readonly eventId: EventId;
  readonly record: OutgoingRecord;
}

export interface Settlement {
  readonly eventId: EventId;
  readonly position: AppendedPosition;
  /** See `idempotency_keys.cursor`; null leaves what is there. */
  readonly cursor: string | null;
}

const SEQUENCE_WRAP = 2 ** 31;
let sequence = 0;

/** Rises over all rows of this process: a millisecond of `created_at` holds many of them. */
function nextSequence(): number {
  sequence = (sequence + 1) % SEQUENCE_WRAP;
  return sequence;
}

/** An event that is there already stays as it is: the same id says the same. */
export async function insertOutboxRows(tx: Transaction, rows: readonly StoredEvent[]) {
  // clock_timestamp(), not now(): who waited for another's row must come after it in the sweeper's order.
  await tx.execute(sql`
    insert into work.outbox (event_id, topic, key, headers, value, sequence, created_at)
    select id, 'events', key, headers::jsonb, value, sequence, clock_timestamp()
    from unnest(
      ${sql.param(rows.map(({ event }) => eventIds.toUuid(event.id)))}::uuid[],
      ${sql.param(rows.map(({ record }) => record.key))}::text[],
      ${sql.param(rows.map(({ record }) => JSON.stringify(record.headers)))}::text[],
      ${sql.param(rows.map(({ record }) => record.value))}::bytea[],
      ${sql.param(rows.map(nextSequence))}::integer[]
    ) as given (id, key, headers, value, sequence)
    on conflict (event_id) do nothing`);
}

/**
 * Acknowledged: the outbox rows go, and the positions stand in the idempotency rows. The first position wins.
 *
 * A sweeper and a slow publisher may settle the same rows at once: keys are locked first, in the order in which they are
 * inserted, then outbox rows. The sum makes the second kind wait for the whole of the first; it changes nothing else.
 */
export async function settleRows(executor: Executor, settled: readonly Settlement[]): Promise<void> {
  await executor.execute(sql`
    with acknowledged as (
      select * from unnest(
        ${sql.param(settled.map(({ eventId }) => eventIds.toUuid(eventId)))}::uuid[],
        ${sql.param(settled.map(({ position }) => position.partition))}::integer[],
        ${sql.param(settled.map(({ position }) => String(position.offset)))}::bigint[],
        ${sql.param(settled.map(({ cursor }) => cursor))}::text[]
      ) as given (event_id, partition, "offset", cursor)
    ), keys as materialized (
      select kept.workspace_id, kept.key, given.partition, given."offset", given.cursor
      from acknowledged as given join work.idempotency_keys as kept using (event_id)
      where kept.partition is null
      order by kept.workspace_id, kept.key collate "C" for update of kept
    ), positioned as (
      update work.idempotency_keys as kept
      set partition = keys.partition, "offset" = keys."offset", cursor = coalesce(keys.cursor, kept.cursor)
      from keys where kept.workspace_id = keys.workspace_id and kept.key = keys.key and kept.partition is null
    ), appended as materialized (
      select waiting.event_id from work.outbox as waiting
      where waiting.event_id in (select event_id from acknowledged) and (select count(*) from keys) >= 0
      order by waiting.event_id for update
    )
    delete from work.outbox using appended where outbox.event_id = appended.event_id`);
}

/** What nobody appended in time, oldest first. */
export async function findOverdueRows(tx: Transaction): Promise<readonly OutboxRow[]> {
  const found = await tx.execute<{ event_id: string; key: string; headers: Record<string, string>; value: Buffer }>(sql`
    with due as (
      select * from work.outbox where created_at < clock_timestamp() - ${OVERDUE_AFTER}::interval
      order by created_at, sequence limit ${SWEEP_ROWS_MAX}
    ), measured as (
      select *, sum(octet_length(value)) over (order by created_at, sequence, event_id) as bytes from due
    )
    select event_id, key, headers, value from measured
    where bytes <= ${SWEEP_BYTES_MAX} or bytes = octet_length(value)
    order by created_at, sequence, event_id`);
  return found.rows.map(({ event_id, key, headers, value }) => ({
    eventId: eventIds.fromUuid(event_id),
    record: { key, headers, value },
  }));
}

/** An event that nobody has acknowledged yet, as far as its row knows; undefined: the log has it, or it never was. */
export async function findWaiting(tx: Transaction, eventId: EventId): Promise<StoredEvent | undefined> {
  const found = await tx.execute<{ key: string; headers: Record<string, string>; value: Buffer }>(sql`
    select key, headers, value from work.outbox where event_id = ${eventIds.toUuid(eventId)}`);
  const [row] = found.rows;
  const parsed = row && parseRecord({ partition: 0, offset: 0n, ...row });
  return row && parsed?.kind === 'event' ? { event: parsed.event, record: row } : undefined;
}

/** At most one process sweeps at a time: two would break the order per key between them. Ends with the transaction. */
export async function tryLockSweep(tx: Transaction): Promise<boolean> {
  const tried = await tx.execute<{ locked: boolean }>(
    sql`select pg_try_advisory_xact_lock(hashtext('parley outbox sweep')) as locked`,
  );
  return tried.rows[0]?.locked === true;
}
