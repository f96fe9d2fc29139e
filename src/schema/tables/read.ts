import { sql } from 'drizzle-orm';
import {
  type ExtraConfigColumn,
  bigint,
  boolean,
  index,
  integer,
  jsonb,
  pgSchema,
  primaryKey,
  type IndexColumn,
  type PgSchema,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { timestamptz } from './config.js';
import { contactAddressesIn, contactsIn } from './read-contacts.js';
import { conversationCountsIn, conversationsIn } from './read-conversations.js';

/**
 * The read models and the journal: rebuilt from offset 0 at any time. Only the projector writes here.
 *
 * The tables are functions of the schema, for a rebuild makes the same ones in another (rule 15).
 */
export const read = pgSchema('read');

/** How far this copy has folded: committed with what was folded (rule 10). */
const positionsIn = (schema: PgSchema) =>
  schema.table('positions', {
    partition: integer('partition').primaryKey(),
    nextOffset: bigint('next_offset', { mode: 'bigint' }).notNull(),
  });

/** The journal: each event once, where it first stood in the log. */
const journalIn = (schema: PgSchema) =>
  schema.table(
    'events',
    {
      partition: integer('partition').notNull(),
      offset: bigint('offset', { mode: 'bigint' }).notNull(),
      id: uuid('id').notNull(),
      type: text('type').notNull(),
      workspaceId: uuid('workspace_id').notNull(),
      channelId: uuid('channel_id'),
      conversationId: uuid('conversation_id'),
      contactId: uuid('contact_id'),
      messageId: uuid('message_id'),
      recordedAt: timestamptz('recorded_at').notNull(),
      /** False for a type or version that the writing build didn't know: a newer one must rebuild (rule 14). */
      isFolded: boolean('is_folded').notNull(),
      /** The record's value. */
      value: jsonb('value').notNull(),
    },
    (table) => [
      primaryKey({ columns: [table.partition, table.offset] }),
      uniqueIndex('events_id').on(table.id),
      index('events_workspace').on(table.workspaceId, table.partition, table.offset),
      index('events_conversation').on(table.workspaceId, table.conversationId, table.partition, table.offset),
      index('events_message').on(table.workspaceId, table.messageId, table.partition, table.offset),
      // Those keyed by a contact only: events of conversations name him too, and nobody looks for them by him.
      index('events_contact')
        .on(table.workspaceId, table.contactId, table.partition, table.offset)
        .where(sql`type like 'contact.%'`),
      // Few among very many: what `auditEvents` lists, newest first. A workspace's lie in one partition.
      index('events_audit')
        .on(table.workspaceId, table.offset)
        .where(sql`type = 'audit.recorded'`),
      // Nearly always empty: without it each start would read the whole journal to learn whether a rebuild is needed.
      index('events_unfolded')
        .on(table.type)
        .where(sql`not is_folded`),
    ],
  );

/** What a message's first event says of it beside its content. */
const saidBesideContent = () => ({
  /** What it is for, in the sender's words. */
  category: text('category'),
  /** Which kind of content it was before its channel's plain form was made of it. */
  degradedFrom: text('degraded_from'),
  reference: text('reference'),
  idempotencyKey: text('idempotency_key'),
  metadata: jsonb('metadata'),
  providerData: jsonb('provider_data'),
  replyToMessageId: uuid('reply_to_message_id'),
});

/** What is looked for among all messages of a workspace. */
const acrossConversations = (table: Readonly<Record<'workspaceId' | 'content' | 'createdAt', IndexColumn>>) => [
  // The workspace is one of the words: it comes first without an extension that has a GIN of uuid.
  index('messages_search')
    .using('gin', sql`config.search_words(${table.workspaceId}, ${table.content})`)
    .where(sql`added_offset is not null`),
  index('messages_sent_at')
    .on(table.workspaceId, table.createdAt)
    .where(sql`direction = 'OUTGOING'`),
];

/** What lists of messages are read by, beside a conversation's own. */
const listIndexes = (table: ListColumns) => [
  // Of a contact over all conversations, which have no order in common but the clock's.
  index('messages_contact')
    .on(table.workspaceId, table.contactId, table.createdAt, table.id)
    .where(sql`added_offset is not null`),
  // Few among many, and asked for by themselves.
  index('messages_scheduled')
    .on(table.workspaceId, table.conversationId, table.scheduledAt, table.id)
    .where(sql`status = 'SCHEDULED'`),
  // The same of an earlier moment: what was still to be sent then.
  index('messages_once_scheduled')
    .on(table.workspaceId, table.conversationId, table.scheduledAt, table.id)
    .where(sql`scheduled_at is not null`),
];
type ListColumns = Readonly<
  Record<'workspaceId' | 'conversationId' | 'contactId' | 'createdAt' | 'scheduledAt' | 'id', ExtraConfigColumn>
>;

const messagesIn = (schema: PgSchema) =>
  schema.table(
    'messages',
    {
      id: uuid('id').primaryKey(),
      workspaceId: uuid('workspace_id').notNull(),
      conversationId: uuid('conversation_id').notNull(),
      channelId: uuid('channel_id').notNull(),
      contactId: uuid('contact_id'),
      /** Null: a stub, for a receipt came before its message. */
      direction: text('direction'),
      author: text('author'),
      authorId: text('author_id'),
      contentKind: text('content_kind'),
      /** Null: a stub, or erased. */
      content: jsonb('content'),
      isErased: boolean('is_erased').notNull(),
      /** Which edit says what it is, and when that was; null: nobody edited it. */
      edit: jsonb('edit'),
      parts: integer('parts'),
      /** The fold's state per attempt and part (rule 13): of our own events. */
      progress: jsonb('progress').notNull(),
      /** What each event of a webhook says, by itself: it may be corrected. */
      words: jsonb('words').notNull().default({}),
      status: text('status').notNull(),
      statusAt: timestamptz('status_at').notNull(),
      failure: jsonb('failure'),
      providerMessageIds: text('provider_message_ids').array().notNull(),
      ...saidBesideContent(),
      /** Of the contact the latest, of ours the latest few, as the fold keeps them. */
      reactions: jsonb('reactions').notNull().default([]),
      /** When it is, or was, due. */
      scheduledAt: timestamptz('scheduled_at'),
      /** Where it joined the conversation's messages; null while it is scheduled, and for reactions. */
      addedPartition: integer('added_partition'),
      addedOffset: bigint('added_offset', { mode: 'bigint' }),
      ...{ createdAt: timestamptz('created_at').notNull(), updatedAt: timestamptz('updated_at').notNull() },
    },
    (table) => [
      index('messages_conversation').on(table.workspaceId, table.conversationId, table.addedOffset),
      index('messages_unread').on(table.workspaceId, table.conversationId, table.direction, table.addedOffset),
      ...acrossConversations(table),
      ...listIndexes(table),
    ],
  );

/** One entry per event that says a status, in any order the same set (rule 13). */
const timelineIn = (schema: PgSchema) =>
  schema.table(
    'timeline',
    {
      eventId: uuid('event_id').primaryKey(),
      messageId: uuid('message_id').notNull(),
      workspaceId: uuid('workspace_id').notNull(),
      partition: integer('partition').notNull(),
      offset: bigint('offset', { mode: 'bigint' }).notNull(),
      status: text('status').notNull(),
      /** Shown as SENDING_FAILED while the attempt's set holds no SENT. */
      isStageUnknown: boolean('is_stage_unknown').notNull(),
      attempt: integer('attempt').notNull(),
      part: integer('part'),
      occurredAt: timestamptz('occurred_at').notNull(),
      recordedAt: timestamptz('recorded_at').notNull(),
      failure: jsonb('failure'),
      /** Whether this event moved the message's status: what `messageStatusChanged` tells. */
      isMove: boolean('is_move').notNull(),
      /** Whether its message joined the conversation's messages by it: what `messageAdded` tells. */
      isAdded: boolean('is_added').notNull().default(false),
    },
    (table) => [index('timeline_message').on(table.workspaceId, table.messageId, table.partition, table.offset)],
  );

/** Conversations as they stood after every so many of their events: from there any moment is a short fold away. */
const conversationSnapshotsIn = (schema: PgSchema) =>
  schema.table(
    'conversation_snapshots',
    {
      workspaceId: uuid('workspace_id').notNull(),
      conversationId: uuid('conversation_id').notNull(),
      /** Of the first event that is not folded in. */
      nextOffset: bigint('next_offset', { mode: 'bigint' }).notNull(),
      recordedUntil: timestamptz('recorded_until').notNull(),
      /** Without the address, which is personal and stands in one place only: the conversation's row. */
      state: jsonb('state').notNull(),
      hasAddress: boolean('has_address').notNull(),
    },
    (table) => [
      primaryKey({
        name: 'conversation_snapshots_pk',
        columns: [table.workspaceId, table.conversationId, table.nextOffset],
      }),
    ],
  );

/** What those who look after a conversation tell each other; nobody else sees it. */
const conversationNotesIn = (schema: PgSchema) =>
  schema.table(
    'conversation_notes',
    {
      id: uuid('id').primaryKey(),
      workspaceId: uuid('workspace_id').notNull(),
      conversationId: uuid('conversation_id').notNull(),
      authorId: text('author_id'),
      /** Null: erased. */
      text: text('text'),
      createdAt: timestamptz('created_at').notNull(),
      /** Where its event stands among the conversation's. */
      offset: bigint('offset', { mode: 'bigint' }).notNull(),
    },
    (table) => [index('conversation_notes_conversation').on(table.workspaceId, table.conversationId, table.offset)],
  );

export const readPositions = positionsIn(read);
export const journal = journalIn(read);
export const messages = messagesIn(read);
export const timeline = timelineIn(read);
export const conversations = conversationsIn(read);
export const conversationCounts = conversationCountsIn(read);
export const conversationSnapshots = conversationSnapshotsIn(read);
export const conversationNotes = conversationNotesIn(read);
export const contacts = contactsIn(read);
export const contactAddresses = contactAddressesIn(read);

/** What the projector folds into; its positions are moved by their own store. */
export type ReadTables = ReturnType<typeof readTablesIn>;

export function readTablesIn(schemaName: string) {
  const schema: PgSchema = pgSchema(schemaName);
  return {
    journal: journalIn(schema),
    messages: messagesIn(schema),
    timeline: timelineIn(schema),
    conversations: conversationsIn(schema),
    conversationCounts: conversationCountsIn(schema),
    conversationSnapshots: conversationSnapshotsIn(schema),
    conversationNotes: conversationNotesIn(schema),
    contacts: contactsIn(schema),
    contactAddresses: contactAddressesIn(schema),
  };
}
