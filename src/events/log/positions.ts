import { sql } from 'drizzle-orm';
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
  advance(tx: Transaction, batch: Pick<RecordBatch, 'partition' | 'readFrom' | 'nextOffset'>): Promise<void>;
}

/** Positions of a reactor, in `work.positions`. */
export function createPositionStore(consumer: string, topic: Topic): PositionStore {
  return {
    async load(executor, partitionCount) {
      const found = await executor.execute<{ partition: number; next_offset: bigint }>(
        sql`select partition, next_offset from work.positions where consumer = ${consumer} and topic = ${topic}`,
      );
      return spread(found.rows, partitionCount);
    },
    async advance(tx, batch) {
      await tx.execute(sql`
        insert into work.positions (consumer, topic, partition, next_offset)
        values (${consumer}, ${topic}, ${batch.partition}, 0) on conflict do nothing`);
      const moved = await tx.execute(sql`
        update work.positions set next_offset = ${batch.nextOffset}
        where consumer = ${consumer} and topic = ${topic} and partition = ${batch.partition}
          and next_offset = ${batch.readFrom}`);
      refuseUnlessMoved(moved.rowCount, consumer, batch.partition);
    },
  };
}

/** The projector's positions, in `read.positions`: they belong to the copy that they describe. */
export function createReadPositionStore(): PositionStore {
  return {
    async load(executor, partitionCount) {
      const found = await executor.execute<{ partition: number; next_offset: bigint }>(
        sql`select partition, next_offset from read.positions`,
      );
      return spread(found.rows, partitionCount);
    },
    async advance(tx, batch) {
      await tx.execute(sql`
        insert into read.positions (partition, next_offset) values (${batch.partition}, 0) on conflict do nothing`);
      const moved = await tx.execute(sql`
        update read.positions set next_offset = ${batch.nextOffset}
        where partition = ${batch.partition} and next_offset = ${batch.readFrom}`);
      refuseUnlessMoved(moved.rowCount, 'projector', batch.partition);
    },
  };
}

function spread(rows: readonly { partition: number; next_offset: bigint }[], partitionCount: number): bigint[] {
  const positions = new Array<bigint>(partitionCount).fill(0n);
  for (const row of rows) positions[row.partition] = row.next_offset;
  return positions;
}

function refuseUnlessMoved(rowCount: number | null, consumer: string, partition: number): void {
  if (rowCount === 1) return;
  throw new StalePositionError(`The position of ${consumer} in partition ${partition} is no longer where it was read.`);
}
