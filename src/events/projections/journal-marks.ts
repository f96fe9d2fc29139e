import { sql } from 'drizzle-orm';
import type { Executor, Transaction } from '../../database/database.js';
import { originVector, type Vector } from '../kernel/cursor.js';
import type { RecordBatch } from '../log/event-log.js';
import { vectorRows } from './vector-rows.js';

/** Offsets between two marks of a partition, and with it how many events `readVectorAt` looks at in each. */
export const MARK_EVERY = 512n;

/**
 * Marks the offsets that the batch passed and that are a multiple of `MARK_EVERY` with the largest `recorded_at` below
 * them. Nothing to do for most batches, and always the same marks, whatever the batches are.
 */
export async function markJournal(
  tx: Transaction,
  { partition, readFrom, nextOffset }: Pick<RecordBatch, 'partition' | 'readFrom' | 'nextOffset'>,
): Promise<void> {
  for (let due = (readFrom / MARK_EVERY + 1n) * MARK_EVERY; due <= nextOffset; due += MARK_EVERY) {
    await tx.execute(sql`
      insert into read.journal_marks (partition, next_offset, recorded_until)
      select ${partition}, ${due}, reached.recorded_until
      from (select) as always
      left join lateral (
        select m.next_offset, m.recorded_until from read.journal_marks m
        where m.partition = ${partition} and m.next_offset < ${due} order by m.next_offset desc limit 1
      ) last on true
      cross join lateral (
        select greatest(last.recorded_until, max(e.recorded_at)) as recorded_until from read.events e
        where e.partition = ${partition} and e."offset" >= coalesce(last.next_offset, 0) and e."offset" < ${due}
      ) reached
      where reached.recorded_until is not null
      on conflict do nothing`);
  }
}

/**
 * What had been recorded by a time: of each partition everything before its first event with a later `recorded_at`. That
 * is the order in which the journal is merged and read, so the answer is a vector like any other; and once something
 * later is recorded it never changes, however late an event with an earlier time is appended.
 */
export async function readVectorAt(executor: Executor, time: Date, partitionCount: number): Promise<Vector> {
  const at = sql`${time.toISOString()}::timestamptz`;
  const found = await executor.execute<{ partition: number; next_offset: bigint }>(sql`
    select p.partition, least(p.next_offset, later."offset") as next_offset
    from read.positions p
    left join lateral (
      select m.next_offset from read.journal_marks m where m.partition = p.partition and m.recorded_until <= ${at}
      order by m.recorded_until desc, m.next_offset desc limit 1
    ) mark on true
    left join lateral (
      select e."offset" from read.events e
      where e.partition = p.partition and e."offset" >= coalesce(mark.next_offset, 0) and e.recorded_at > ${at}
      order by e."offset" limit 1
    ) later on true`);
  const vector = [...originVector(partitionCount)];
  for (const row of found.rows) vector[row.partition] = row.next_offset;
  return vector;
}

/** When the newest of a vector's last events was recorded, one of each partition; undefined where there are none. */
export async function readRecordedAt(executor: Executor, vector: Vector): Promise<Date | undefined> {
  const found = await executor.execute<{ newest: Date | null }>(sql`
    select extract(epoch from max(last.recorded_at)) * 1000 as newest
    from ${vectorRows(vector)} as until(partition, "offset")
    cross join lateral (
      select e.recorded_at from read.events e where e.partition = until.partition and e."offset" < until."offset"
      order by e."offset" desc limit 1
    ) last`);
  const newest = found.rows[0]?.newest ?? null;
  return newest === null ? undefined : new Date(Number(newest));
}
