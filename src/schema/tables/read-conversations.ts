import { sql } from 'drizzle-orm';
import {
  type ExtraConfigColumn,
  index,
  integer,
  jsonb,
  type PgSchema,
  primaryKey,
  text,
  uuid,
} from 'drizzle-orm/pg-core';
import { timestamptz } from './config.js';

/** What inboxes are made of. Most conversations are closed one day, and of most nobody says anything of the rest. */
const tendedIndexes = (table: TendedColumns) => [
  index('conversations_open')
    .on(table.workspaceId, table.lastActivityAt, table.id)
    .where(sql`status = 'OPEN'`),
  index('conversations_unassigned')
    .on(table.workspaceId, table.lastActivityAt, table.id)
    .where(sql`status = 'OPEN' and agent_id is null and team_id is null`),
  index('conversations_agent')
    .on(table.workspaceId, table.agentId, table.lastActivityAt, table.id)
    .where(sql`agent_id is not null`),
  index('conversations_agent_open')
    .on(table.workspaceId, table.agentId, table.lastActivityAt, table.id)
    .where(sql`agent_id is not null and status = 'OPEN'`),
  index('conversations_team')
    .on(table.workspaceId, table.teamId, table.lastActivityAt, table.id)
    .where(sql`team_id is not null`),
  index('conversations_team_open')
    .on(table.workspaceId, table.teamId, table.lastActivityAt, table.id)
    .where(sql`team_id is not null and status = 'OPEN'`),
  index('conversations_snoozed')
    .on(table.workspaceId, table.lastActivityAt, table.id)
    .where(sql`snoozed_until is not null`),
  // With the workspace among them: what it calls its labels, others may call theirs.
  index('conversations_labels')
    .using('gin', sql`array_prepend(workspace_id::text, labels)`)
    .where(sql`labels <> '{}'`),
];
type TendedColumns = Readonly<
  Record<'workspaceId' | 'lastActivityAt' | 'id' | 'agentId' | 'teamId', ExtraConfigColumn>
>;

/** Other orders than by activity, and what stands on no list. Windows close by channel: each has its own hours. */
const orderIndexes = (table: OrderColumns) => [
  index('conversations_created').on(table.workspaceId, table.createdAt, table.id),
  index('conversations_waiting')
    .on(table.workspaceId, table.waitingSince, table.id)
    .where(sql`waiting_since is not null`),
  index('conversations_incoming')
    .on(table.workspaceId, table.channelId, table.lastIncomingAt, table.id)
    .where(sql`last_incoming_at is not null`),
  // Very few: who looks for them reads no more than what there is.
  index('conversations_merged')
    .on(table.workspaceId, table.mergedInto)
    .where(sql`merged_into is not null`),
];
type OrderColumns = Readonly<
  Record<
    'workspaceId' | 'channelId' | 'createdAt' | 'waitingSince' | 'lastIncomingAt' | 'mergedInto' | 'id',
    ExtraConfigColumn
  >
>;

/** What says that a conversation is shown as another one, and what is looked at to tell. */
const mergedColumns = () => ({
  mergedInto: uuid('merged_into'),
  mergedAt: timestamptz('merged_at'),
  heardAt: timestamptz('heard_at'),
});

export const conversationsIn = (schema: PgSchema) =>
  schema.table(
    'conversations',
    {
      id: uuid('id').primaryKey(),
      workspaceId: uuid('workspace_id').notNull(),
      channelId: uuid('channel_id').notNull(),
      contactId: uuid('contact_id'),
      address: text('address'),
      addressAt: timestamptz('address_at'),
      ...mergedColumns(),
      /** Its contact, as the provider's API asks for it. */
      providerContactId: text('provider_contact_id'),
      status: text('status').notNull(),
      /** Put aside until then; over once it has passed. */
      snoozedUntil: timestamptz('snoozed_until'),
      /** Both the customer's own. */
      agentId: text('agent_id'),
      teamId: text('team_id'),
      labels: text('labels').array().notNull().default([]),
      attributes: jsonb('attributes').notNull().default({}),
      incomingCount: integer('incoming_count').notNull(),
      readIncomingCount: integer('read_incoming_count').notNull(),
      /** When nothing was left unread last. */
      allReadAt: timestamptz('all_read_at'),
      lastMessageId: uuid('last_message_id'),
      lastActivityAt: timestamptz('last_activity_at').notNull(),
      lastIncomingAt: timestamptz('last_incoming_at'),
      waitingSince: timestamptz('waiting_since'),
      createdAt: timestamptz('created_at').notNull(),
      /** How many events it was folded of: every so many leave a snapshot. */
      eventCount: integer('event_count').notNull().default(0),
      /** The largest `recordedAt` of those events. */
      recordedUntil: timestamptz('recorded_until').notNull().default(new Date(0)),
    },
    (table) => [
      index('conversations_activity').on(table.workspaceId, table.lastActivityAt, table.id),
      index('conversations_channel').on(table.workspaceId, table.channelId, table.lastActivityAt, table.id),
      index('conversations_contact').on(table.workspaceId, table.contactId, table.lastActivityAt, table.id),
      // Both are few among many: without them a page that finds none reads the whole inbox (36 ms at 200,000; now 0.02).
      index('conversations_unread')
        .on(table.workspaceId, table.lastActivityAt, table.id)
        .where(sql`incoming_count > read_incoming_count`),
      index('conversations_closed')
        .on(table.workspaceId, table.lastActivityAt, table.id)
        .where(sql`status = 'CLOSED'`),
      ...tendedIndexes(table),
      ...orderIndexes(table),
    ],
  );

/**
 * How many conversations there are of each status and assignee: sums over what each event moved, so that nobody counts
 * rows (rule 12). By partition, for two of them fold at the same time and must not wait for each other's. A place that was
 * ever taken stays, at zero: a rebuild then has the same rows, whatever its batches are.
 */
export const conversationCountsIn = (schema: PgSchema) =>
  schema.table(
    'conversation_counts',
    {
      workspaceId: uuid('workspace_id').notNull(),
      partition: integer('partition').notNull(),
      status: text('status').notNull(),
      /** Empty: none. */
      agentId: text('agent_id').notNull(),
      teamId: text('team_id').notNull(),
      count: integer('count').notNull(),
    },
    (table) => [
      primaryKey({
        name: 'conversation_counts_pk',
        columns: [table.workspaceId, table.status, table.agentId, table.teamId, table.partition],
      }),
    ],
  );
