import type { Pool } from 'pg';
import { sqlStateOf } from '../../../database/errors.js';
import { FatalConsumerError, PositionOutOfRangeError, type LogRecord, type Topic } from '../event-log.js';
import type { KeptRange } from '../start-positions.js';

/** Enough that a commit per batch costs little, few enough that one fold stays short. */
const BATCH_RECORDS_MAX = 500;
const BATCH_BYTES_MAX = 8 * 1024 * 1024;

/** The byte bound lets a single record through whatever its size; `octet_length` doesn't unpack a large value. */
const READ = `
select "offset", key, headers, value from (
  select *, sum(coalesce(octet_length(value), 0)) over (order by "offset") as bytes
  from (
    select "offset", key, headers, value from log.records
    where topic = $1 and partition = $2 and "offset" >= $3
    order by "offset" limit ${BATCH_RECORDS_MAX}
  ) as next
) as weighed
where bytes - coalesce(octet_length(value), 0) = 0 or bytes <= ${BATCH_BYTES_MAX}
order by "offset"`;

interface RecordRow {
  readonly offset: bigint;
  readonly key: string | null;
  readonly headers: Record<string, string>;
  readonly value: Buffer | null;
}

/**
 * The next records of a partition from `from` on, in order; none when there are none.
 * @throws PositionOutOfRangeError on `events`, which has no gaps: what should stand at `from` is gone
 * @throws FatalConsumerError Postgres finds that its own data are damaged
 */
export async function readBatch(
  pool: Pool,
  place: { readonly topic: Topic; readonly partition: number; readonly from: bigint },
): Promise<readonly LogRecord[]> {
  const { topic, partition, from } = place;
  const found = await pool
    .query<RecordRow>({ name: 'log-read', text: READ, values: [topic, partition, from] })
    .catch(refuseDamaged);
  const records = found.rows.map((row): LogRecord => ({ partition, ...row }));
  const hasGap = topic === 'events' && records.some((record, index) => record.offset !== from + BigInt(index));
  if (hasGap) throw new PositionOutOfRangeError(`Partition ${partition} of ${topic} has a gap at or after ${from}.`);
  return records;
}

/** `data_corrupted` and `index_corrupted`: a page whose checksum is wrong is wrong the next time too. */
const DAMAGED: ReadonlySet<string | undefined> = new Set(['XX001', 'XX002']);

function refuseDamaged(error: unknown): never {
  const state = sqlStateOf(error);
  if (!DAMAGED.has(state)) throw error;
  throw new FatalConsumerError(
    `PostgreSQL finds its own data damaged where the log is (SQLSTATE ${state}). Restore a backup of it (docs/backup.md)`,
  );
}

/** For each partition what is kept of it. @throws FatalConsumerError as above */
export async function readKeptRanges(pool: Pool, topic: Topic): Promise<readonly KeptRange[]> {
  const found = await pool
    .query<{ first: bigint; head: bigint }>(
      `select p.next_offset as head, coalesce(
         (select r."offset" from log.records r where r.topic = p.topic and r.partition = p.partition
          order by r."offset" limit 1), p.next_offset) as first
       from log.partitions p where p.topic = $1 order by p.partition`,
      [topic],
    )
    .catch(refuseDamaged);
  return found.rows;
}
