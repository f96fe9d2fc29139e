import { sql, type SQL } from 'drizzle-orm';
import type { Executor, Transaction } from '../../database/database.js';
import type { RecordBatch, Topic } from './event-log.js';

/** Somebody else moved this consumer's position: what this process read is no longer its to commit (rule 10). */
export class StalePositionError extends Error {
  override readonly name = 'StalePositionError';
}

/** A consumer's positions in Postgres, moved in the same transaction as its effect, by compare-and-set (rule 10). */
export interface PositionStore {
  /** For each partition the next offset to read; 0 where none is stored. */
  load(executor: Executor, partitionCount: number): Promise<readonly bigint[]>;
  /** Locks the row, compares it with `batch.readFrom`, moves it to `batch.nextOffset`. @throws StalePositionError */
  advance(tx: Transaction, batch: Step): Promise<void>;
  /** The same for several partitions at once: all of them, or none. @throws StalePositionError */
  advanceAll(tx: Transaction, batches: readonly Step[]): Promise<void>;
}

type Step = Pick<RecordBatch, 'partition' | 'readFrom' | 'nextOffset'>;

/** Positions of a reactor, in `work.positions`. */
export const createPositionStore = (consumer: string, topic: Topic): PositionStore =>
  positionStore(consumer, {
    table: sql`work.positions`,
    scope: sql`consumer = ${consumer} and topic = ${topic}`,
    columns: sql`consumer, topic,`,
    values: sql`${consumer}, ${topic},`,
  });

/** The projector's positions: they belong to the copy of the read models that they describe, and stand in its schema. */
export const createReadPositionStore = (schema = 'read'): PositionStore =>
  positionStore('projector', {
    table: sql`${sql.identifier(schema)}.positions`,
    scope: sql`true`,
    columns: sql``,
    values: sql``,
  });

/** Where a consumer's rows are, and what tells them from others'. */
interface Place {
  readonly table: SQL;
  readonly scope: SQL;
  readonly columns: SQL;
  readonly values: SQL;
}

function positionStore(consumer: string, place: Place): PositionStore {
  const { table, scope, columns, values } = place;
  const stale = (partition: number) =>
    new StalePositionError(`The position of ${consumer} in partition ${partition} is no longer where it was read.`);
  const store: PositionStore = {
    async load(executor, partitionCount) {
      const found = await executor.execute<{ partition: number; next_offset: bigint }>(
        sql`select partition, next_offset from ${table} where ${scope}`,
      );
      return spread(found.rows, partitionCount);
    },
    async advance(tx, { partition, readFrom, nextOffset }) {
      const moved = await tx.execute(sql`
        update ${table} set next_offset = ${nextOffset}
        where ${scope} and partition = ${partition} and next_offset = ${readFrom}`);
      if (moved.rowCount === 1) return;
      // The first batch of a partition finds no row. Of two that make it the second waits, and finds it made.
      const made =
        readFrom === 0n &&
        (await tx.execute(sql`
          insert into ${table} (${columns} partition, next_offset) values (${values} ${partition}, ${nextOffset})
          on conflict do nothing`));
      if (made && made.rowCount === 1) return;
      throw stale(partition);
    },
    async advanceAll(tx, batches) {
      const inOrder = [...batches].sort((a, b) => a.partition - b.partition);
      const before = await moveAll(tx, place, inOrder);
      for (const batch of inOrder) {
        const stored = before.get(batch.partition);
        // The first batch of a partition finds no row.
        if (stored === undefined) await store.advance(tx, batch);
        else if (stored !== batch.readFrom) throw stale(batch.partition);
      }
    },
  };
  return store;
}

/**
 * Moves the rows that are there and answers where they stood: the caller compares, and undoes the transaction where one
 * is not as it was read. Locked in partition order: two that move several wait for each other, and never in a circle
 * (rule 10).
 */
async function moveAll(
  tx: Transaction,
  { table, scope }: Place,
  batches: readonly Step[],
): Promise<ReadonlyMap<number, bigint>> {
  const found = await tx.execute<{ partition: number; next_offset: bigint }>(sql`
    with given as (
      select * from unnest(${sql.param(batches.map(({ partition }) => partition))}::int[],
        ${sql.param(batches.map(({ nextOffset }) => nextOffset.toString()))}::bigint[]) as given (partition, goal)
    ), stored as materialized (
      select partition, next_offset from ${table}
      where ${scope} and partition in (select partition from given) order by partition for update
    ), moved as (
      update ${table} p set next_offset = given.goal from stored join given using (partition)
      where ${scope} and p.partition = stored.partition
    )
    select partition, next_offset from stored`);
  return new Map(found.rows.map((row) => [row.partition, row.next_offset]));
}

function spread(rows: readonly { partition: number; next_offset: bigint }[], partitionCount: number): bigint[] {
  const positions = new Array<bigint>(partitionCount).fill(0n);
  for (const row of rows) positions[row.partition] = row.next_offset;
  return positions;
}
