import { bigint, integer, jsonb, pgSchema, primaryKey, smallint, text } from 'drizzle-orm/pg-core';
import { bytea, timestamptz } from './config.js';

/** The embedded event log: the same promises as Kafka, on this Postgres. Empty where Kafka is used. */
export const log = pgSchema('log');

/** One row: which log this is. */
export const logIdentity = log.table('identity', {
  singleton: smallint('singleton').primaryKey().default(1),
  id: text('id').notNull(),
  partitionCount: integer('partition_count').notNull(),
  createdAt: timestamptz('created_at').notNull().defaultNow(),
});

/** The counters: updated in the append's own transaction, so that offsets are gapless and in commit order. */
export const logPartitions = log.table(
  'partitions',
  {
    topic: text('topic').notNull(),
    partition: integer('partition').notNull(),
    nextOffset: bigint('next_offset', { mode: 'bigint' }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.topic, table.partition] })],
);

export const logRecords = log.table(
  'records',
  {
    topic: text('topic').notNull(),
    partition: integer('partition').notNull(),
    offset: bigint('offset', { mode: 'bigint' }).notNull(),
    key: text('key'),
    headers: jsonb('headers').$type<Record<string, string>>().notNull(),
    value: bytea('value'),
    appendedAt: timestamptz('appended_at').notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.topic, table.partition, table.offset] })],
);
