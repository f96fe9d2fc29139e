import { doublePrecision, index, integer, primaryKey, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import { timestamptz } from './config.js';
import { work } from './work.js';

/**
 * What each key may still use at once (`access/limits`), leased by the processes of the API in slices. Unlogged: written
 * some ten times a second for each busy key, and after a crash every bucket is full again.
 */
export const keyBudgets = work.table(
  'key_budgets',
  {
    apiKeyId: uuid('api_key_id').notNull(),
    /** requests | sends | cost */
    kind: text('kind').notNull(),
    /** As of `refilled_at`, without what is leased. Fractions count. */
    tokens: doublePrecision('tokens').notNull(),
    /** In microseconds, as of `channel_rates`. */
    refilledAt: timestamp('refilled_at', { withTimezone: true, precision: 6, mode: 'date' }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.apiKeyId, table.kind] })],
);

/** What each process holds of what a key may have open. Unlogged: whoever is alive says it again within seconds. */
export const keySlots = work.table(
  'key_slots',
  {
    processId: uuid('process_id').notNull(),
    apiKeyId: uuid('api_key_id').notNull(),
    /** sockets | subscriptions */
    kind: text('kind').notNull(),
    count: integer('count').notNull(),
    /** Nothing of it counts any longer: the process has said nothing since. */
    heldUntil: timestamptz('held_until').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.processId, table.apiKeyId, table.kind] }),
    index('key_slots_key').on(table.apiKeyId, table.kind),
  ],
);
