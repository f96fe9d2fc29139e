import { sql } from 'drizzle-orm';
import { index, integer, jsonb, primaryKey, text, uuid, type PgSchema } from 'drizzle-orm/pg-core';
import { timestamptz } from './config.js';

export const contactsIn = (schema: PgSchema) =>
  schema.table(
    'contacts',
    {
      id: uuid('id').primaryKey(),
      workspaceId: uuid('workspace_id').notNull(),
      displayName: text('display_name'),
      attributes: jsonb('attributes').notNull().default({}),
      attributesRevision: integer('attributes_revision').notNull().default(0),
      blockedAt: timestamptz('blocked_at'),
      blockRevision: integer('block_revision').notNull().default(0),
      optedOutAt: timestamptz('opted_out_at'),
      consentRevision: integer('consent_revision').notNull().default(0),
      /** Who is shown in its place. */
      mergedInto: uuid('merged_into'),
      mergeRevision: integer('merge_revision').notNull().default(0),
      createdAt: timestamptz('created_at').notNull(),
    },
    (table) => [
      // Of those that are listed: who is shown in another one's place would only be passed over.
      index('contacts_created')
        .on(table.workspaceId, table.createdAt, table.id)
        .where(sql`merged_into is null`),
      // The workspace is a part of each word, so that what others call theirs costs nothing.
      index('contacts_words')
        .using('gin', sql`config.name_words(${table.workspaceId}, ${table.displayName})`)
        .where(sql`display_name is not null`),
      // Few among many: whom a contact is shown in the place of.
      index('contacts_merged_into')
        .on(table.mergedInto)
        .where(sql`merged_into is not null`),
    ],
  );

export const contactAddressesIn = (schema: PgSchema) =>
  schema.table(
    'contact_addresses',
    {
      contactId: uuid('contact_id').notNull(),
      channelId: uuid('channel_id').notNull(),
      workspaceId: uuid('workspace_id').notNull(),
      address: text('address').notNull(),
    },
    (table) => [
      primaryKey({ columns: [table.contactId, table.channelId, table.address] }),
      index('contact_addresses_address').on(table.workspaceId, table.address, table.contactId),
      index('contact_addresses_words').using('gin', sql`config.address_words(${table.workspaceId}, ${table.address})`),
    ],
  );
