import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgSchema,
  primaryKey,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { bytea, timestamptz } from './config.js';

/** Work that waits, and the identities that events repeat. Not read models: a rebuild never touches them. */
export const work = pgSchema('work');

/** Events whose row was committed and whose append isn't acknowledged yet (rule 3). Deleted with the acknowledgement. */
export const outbox = work.table(
  'outbox',
  {
    eventId: uuid('event_id').primaryKey(),
    topic: text('topic').notNull(),
    key: text('key').notNull(),
    headers: jsonb('headers').$type<Record<string, string>>().notNull(),
    value: bytea('value').notNull(),
    /** Order within one transaction, so that the sweeper appends as the command would have. */
    sequence: integer('sequence').notNull().default(0),
    createdAt: timestamptz('created_at').notNull().defaultNow(),
  },
  (table) => [index('outbox_created_at').on(table.createdAt, table.sequence)],
);

/** Which address is which thread (rule 5). */
export const addresses = work.table(
  'addresses',
  {
    channelId: uuid('channel_id').notNull(),
    /** HMAC of the normalized address under the instance's secret. */
    addressHash: bytea('address_hash').notNull(),
    workspaceId: uuid('workspace_id').notNull(),
    conversationId: uuid('conversation_id').notNull(),
    contactId: uuid('contact_id').notNull(),
    /** Where the contact went from there, as the adapter's `normalizeAddress` spells it: what is sent goes there. */
    movedTo: text('moved_to'),
    movedAt: timestamptz('moved_at'),
    /** When somebody was last heard of by it. Both are maxima: it doesn't matter in which order they were told. */
    backAt: timestamptz('back_at'),
    createdAt: timestamptz('created_at').notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ columns: [table.channelId, table.addressHash] }),
    index('addresses_moved')
      .on(table.conversationId)
      .where(sql`moved_to is not null`),
  ],
);

/**
 * Who may be written to: the row decides for sends at once, and its events say the same. Absent: everybody may. Revisions
 * rise with each change, and the highest counts, whoever brings it: a command, or the intake after a restore. Of contacts
 * that were merged each keeps its row, and what one of them says holds for all.
 */
export const contactStandings = work.table(
  'contact_standings',
  {
    contactId: uuid('contact_id').primaryKey(),
    workspaceId: uuid('workspace_id').notNull(),
    isBlocked: boolean('is_blocked').notNull().default(false),
    blockRevision: integer('block_revision').notNull().default(0),
    isOptedOut: boolean('is_opted_out').notNull().default(false),
    consentRevision: integer('consent_revision').notNull().default(0),
    /** Who is shown in its place, never one that is merged itself. Null: nobody. */
    survivorId: uuid('survivor_id'),
    mergeRevision: integer('merge_revision').notNull().default(0),
  },
  (table) => [
    index('contact_standings_survivor')
      .on(table.survivorId)
      .where(sql`survivor_id is not null`),
  ],
);

/** One row per key decides what the key stands for (design §8). */
export const idempotencyKeys = work.table(
  'idempotency_keys',
  {
    workspaceId: uuid('workspace_id').notNull(),
    key: text('key').notNull(),
    requestHash: text('request_hash').notNull(),
    messageId: uuid('message_id').notNull(),
    eventId: uuid('event_id').notNull(),
    /** The decided event as it is appended (its outbox row goes with the acknowledgement, this one stays). */
    headers: jsonb('headers').$type<Record<string, string>>().notNull(),
    value: bytea('value').notNull(),
    /** Null until the log acknowledged it. */
    partition: integer('partition'),
    offset: bigint('offset', { mode: 'bigint' }),
    /**
     * What the first answer's cursor was raised from: offsets in order of partition, with commas between. A repeat answers
     * the same cursor (design §14). Empty where another instance's events made the row.
     */
    cursor: text('cursor').notNull().default(''),
    createdAt: timestamptz('created_at').notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ columns: [table.workspaceId, table.key] }),
    index('idempotency_keys_event').on(table.eventId),
    index('idempotency_keys_created_at').on(table.createdAt),
  ],
);

/** Which message a provider's id stands for; written by whoever learns the id first, kept with the message. */
export const providerMessages = work.table(
  'provider_messages',
  {
    channelId: uuid('channel_id').notNull(),
    providerMessageId: text('provider_message_id').notNull(),
    workspaceId: uuid('workspace_id').notNull(),
    conversationId: uuid('conversation_id').notNull(),
    messageId: uuid('message_id').notNull(),
    attempt: integer('attempt').notNull(),
    part: integer('part').notNull(),
    createdAt: timestamptz('created_at').notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ columns: [table.channelId, table.providerMessageId] }),
    index('provider_messages_message').on(table.messageId),
  ],
);

/** Receipts whose message isn't known yet, while a dispatch of their channel may still tell (design §9). */
export const parkedReceipts = work.table(
  'parked_receipts',
  {
    /** The id of the event that the receipt becomes: a repeat parks once. */
    eventId: uuid('event_id').primaryKey(),
    channelId: uuid('channel_id').notNull(),
    workspaceId: uuid('workspace_id').notNull(),
    providerMessageId: text('provider_message_id').notNull(),
    /** The interpretation as JSON, addresses and words left out. */
    receipt: jsonb('receipt').notNull(),
    rawWebhookId: uuid('raw_webhook_id').notNull(),
    tries: integer('tries').notNull().default(0),
    runAt: timestamptz('run_at').notNull().defaultNow(),
    parkedAt: timestamptz('parked_at').notNull().defaultNow(),
  },
  (table) => [
    index('parked_receipts_run_at').on(table.runAt),
    index('parked_receipts_provider_message').on(table.channelId, table.providerMessageId),
  ],
);

/** One provider call each: `waiting → claimed → calling → settled`, or unknown (rules 16 and 17). */
export const dispatches = work.table(
  'dispatches',
  {
    messageId: uuid('message_id').notNull(),
    attempt: integer('attempt').notNull(),
    part: integer('part').notNull(),
    workspaceId: uuid('workspace_id').notNull(),
    conversationId: uuid('conversation_id').notNull(),
    contactId: uuid('contact_id').notNull(),
    channelId: uuid('channel_id').notNull(),
    /** scheduled | waiting | claimed | calling | unknown | settled | cancelled | in_doubt */
    state: text('state').notNull(),
    /** Order within the conversation: the offset of the event that made the row; of a scheduled one, once it is due, of its turn. */
    queueOffset: bigint('queue_offset', { mode: 'bigint' }).notNull(),
    /** The number of the last call that began, 0 before the first. */
    call: integer('call').notNull().default(0),
    runAt: timestamptz('run_at').notNull(),
    /** When it was to be sent; null: at once. Such a one is judged once more before its first call. */
    scheduledAt: timestamptz('scheduled_at'),
    /** How often the provider put it off, and since when: what the next pause and the last one are reckoned from. */
    deferrals: integer('deferrals').notNull().default(0),
    deferredSince: timestamptz('deferred_since'),
    /** When the provider is asked next what became of an unknown call; null: nobody asks. */
    lookUpAt: timestamptz('look_up_at'),
    lookUps: integer('look_ups').notNull().default(0),
    leaseToken: uuid('lease_token'),
    leaseUntil: timestamptz('lease_until'),
    /** When the last call began: receipts of the next 15 minutes may be its own (design §9). */
    calledAt: timestamptz('called_at'),
    settledAt: timestamptz('settled_at'),
    /** What to send: address and content. Null once settled. */
    payload: jsonb('payload'),
    createdAt: timestamptz('created_at').notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ columns: [table.messageId, table.attempt, table.part] }),
    index('dispatches_lane').on(table.conversationId, table.state, table.queueOffset, table.messageId, table.part),
    index('dispatches_channel_called').on(table.channelId, table.calledAt),
    // Each holds what its question asks for and nothing else, so that its cost is that of the answer, and so that a plan
    // made from old statistics can't take it for another: one by state alone was read through for the head of each lane.
    index('dispatches_lease')
      .on(table.state, table.leaseUntil)
      .where(sql`state in ('claimed', 'calling', 'in_doubt', 'unknown')`),
    index('dispatches_scheduled')
      .on(table.runAt)
      .where(sql`state = 'scheduled'`),
    index('dispatches_waiting')
      .on(table.channelId)
      .where(sql`state = 'waiting'`),
    index('dispatches_deferred')
      .on(table.channelId, table.deferredSince)
      .where(sql`state = 'waiting' and deferred_since is not null`),
    index('dispatches_look_up')
      .on(table.lookUpAt)
      .where(sql`look_up_at is not null`),
  ],
);

/** One row per conversation with waiting work: claims lock lanes, never messages (rule 18). */
export const lanes = work.table(
  'lanes',
  {
    conversationId: uuid('conversation_id').primaryKey(),
    channelId: uuid('channel_id').notNull(),
    /** When the head may be claimed; the head's lease end while it is claimed or calling. */
    runAt: timestamptz('run_at').notNull(),
  },
  (table) => [index('lanes_channel_run_at').on(table.channelId, table.runAt)],
);

/**
 * What each channel may still send at once: one token a call, debited by claims, so that all dispatchers share one rate
 * (rule 18). A row of its own and not columns of `config.channels`: it is written with every claim, up to a thousand times
 * a second, and that row is wide (sealed settings), its changes are told to every process, and administrators lock it.
 */
export const channelRates = work.table('channel_rates', {
  channelId: uuid('channel_id').primaryKey(),
  /** As of `refilled_at`; what has flowed in since is reckoned by who reads it. Fractions count. */
  tokens: doublePrecision('tokens').notNull(),
  /** In microseconds, unlike other times: rounded to milliseconds, each claim could gain half a token at 1,000 a second. */
  refilledAt: timestamp('refilled_at', { withTimezone: true, precision: 6, mode: 'date' }).notNull(),
  /** Nothing is claimed before: the provider asked for a pause. Null: it never did. */
  throttledUntil: timestamptz('throttled_until'),
});

/** Where each reactor stands (rule 10); the projector's positions are in `read`, with the copy that they describe. */
export const positions = work.table(
  'positions',
  {
    consumer: text('consumer').notNull(),
    topic: text('topic').notNull(),
    partition: integer('partition').notNull(),
    nextOffset: bigint('next_offset', { mode: 'bigint' }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.consumer, table.topic, table.partition] })],
);

/** Records that a consumer could not take, with where they lie (rule 14). */
export const deadLetters = work.table(
  'dead_letters',
  {
    consumer: text('consumer').notNull(),
    topic: text('topic').notNull(),
    partition: integer('partition').notNull(),
    offset: bigint('offset', { mode: 'bigint' }).notNull(),
    reason: text('reason').notNull(),
    recordedAt: timestamptz('recorded_at').notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.consumer, table.topic, table.partition, table.offset] })],
);

/** Long work that an operator asked for: a running process with the right role does it, and says here how far it is. */
export const operations = work.table(
  'operations',
  {
    id: uuid('id').primaryKey(),
    kind: text('kind').notNull(),
    /** What its handler reads; without secrets and content. */
    arguments: jsonb('arguments').notNull(),
    /** waiting, running, done, failed or cancelled. */
    state: text('state').notNull().default('waiting'),
    isCancelAsked: boolean('is_cancel_asked').notNull().default(false),
    progress: jsonb('progress'),
    /** What its handler answered. */
    result: jsonb('result'),
    /** Why it failed, for people. */
    failure: text('failure'),
    /** How often it was begun: who dies with it leaves it to another, and not for ever. */
    beginnings: integer('beginnings').notNull().default(0),
    leaseToken: uuid('lease_token'),
    leaseUntil: timestamptz('lease_until'),
    requestedAt: timestamptz('requested_at').notNull().defaultNow(),
    startedAt: timestamptz('started_at'),
    finishedAt: timestamptz('finished_at'),
  },
  (table) => [
    // Of each kind one at a time: whoever asks for a second is shown the first.
    uniqueIndex('operations_unfinished')
      .on(table.kind)
      .where(sql`state in ('waiting', 'running')`),
    index('operations_requested').on(table.requestedAt),
  ],
);
