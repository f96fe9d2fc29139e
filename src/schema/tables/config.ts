import {
  boolean,
  customType,
  index,
  jsonb,
  pgSchema,
  smallint,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';

export const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' });

export const timestamptz = (name: string) => timestamp(name, { withTimezone: true, precision: 3, mode: 'date' });

/** Configuration: its commit is its acceptance (rule 1); restored from a backup. */
export const config = pgSchema('config');

/** One row: what this instance is. */
export const instance = config.table('instance', {
  id: smallint('id').primaryKey().default(1),
  /** The secret behind every derived id (rule 5), sealed under `PARLEY_SECRET_KEY`. Made once, never rotated. */
  idSecretSealed: bytea('id_secret_sealed').notNull(),
  /** Tells two secrets apart; stands in each event's header. */
  idFingerprint: text('id_fingerprint').notNull(),
  /** The event log that positions, read models and cursors belong to; null until the first start on one. */
  logId: text('log_id'),
  /** By partition, the last event that was read of the log, and its checksum (`events/log/log-marks.ts`). */
  logMarks: jsonb('log_marks').notNull().default({}),
  createdAt: timestamptz('created_at').notNull().defaultNow(),
});

export const workspaces = config.table('workspaces', {
  id: uuid('id').primaryKey(),
  name: text('name').notNull(),
  createdAt: timestamptz('created_at').notNull().defaultNow(),
});

export const apiKeys = config.table(
  'api_keys',
  {
    id: uuid('id').primaryKey(),
    workspaceId: uuid('workspace_id')
      .notNull()
      .references(() => workspaces.id),
    name: text('name').notNull(),
    /** SHA-256 of the whole key; the key itself is shown once and never kept. */
    secretHash: bytea('secret_hash').notNull(),
    scopes: text('scopes').array().notNull(),
    createdAt: timestamptz('created_at').notNull().defaultNow(),
    expiresAt: timestamptz('expires_at'),
  },
  (table) => [uniqueIndex('api_keys_secret_hash').on(table.secretHash)],
);

export const channels = config.table(
  'channels',
  {
    id: uuid('id').primaryKey(),
    workspaceId: uuid('workspace_id')
      .notNull()
      .references(() => workspaces.id),
    name: text('name').notNull(),
    provider: text('provider').notNull(),
    platform: text('platform').notNull(),
    isEnabled: boolean('is_enabled').notNull().default(true),
    /** The adapter's settings as JSON, secrets and all, sealed under `PARLEY_SECRET_KEY`. */
    settingsSealed: bytea('settings_sealed').notNull(),
    createdAt: timestamptz('created_at').notNull().defaultNow(),
  },
  (table) => [index('channels_workspace').on(table.workspaceId, table.createdAt, table.id)],
);
