import {
  boolean,
  customType,
  index,
  jsonb,
  pgSchema,
  primaryKey,
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
  /** Its keys open nothing and its dispatches rest; null: neither. */
  suspendedAt: timestamptz('suspended_at'),
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
    /** The key as a whole ends here, whatever its secrets are. */
    expiresAt: timestamptz('expires_at'),
    /** Of credentials, whose secret is an access token; null: as long as the key. */
    secretExpiresAt: timestamptz('secret_expires_at'),
    /** After a rotation, as long as the old secret is still good. */
    previousSecretHash: bytea('previous_secret_hash'),
    previousSecretUntil: timestamptz('previous_secret_until'),
    /** Of credentials: the secret id, which names them to whoever refreshes them. */
    secretIdHash: bytea('secret_id_hash'),
    /** What it may use, where that isn't the instance's default (`access/limits/quota.ts`). */
    quota: jsonb('quota').notNull().default({}),
    /** Give or take a minute (`access/key-usage.ts`). */
    lastUsedAt: timestamptz('last_used_at'),
  },
  (table) => [
    uniqueIndex('api_keys_secret_hash').on(table.secretHash),
    uniqueIndex('api_keys_previous_secret_hash').on(table.previousSecretHash),
    uniqueIndex('api_keys_secret_id_hash').on(table.secretIdHash),
    index('api_keys_workspace').on(table.workspaceId, table.createdAt, table.id),
  ],
);

/** Of credentials; spent ones are kept as long as they would have been good, so that a replay is known for one. */
export const refreshTokens = config.table(
  'refresh_tokens',
  {
    /** SHA-256, as of keys. */
    tokenHash: bytea('token_hash').primaryKey(),
    apiKeyId: uuid('api_key_id')
      .notNull()
      .references(() => apiKeys.id, { onDelete: 'cascade' }),
    expiresAt: timestamptz('expires_at').notNull(),
    spentAt: timestamptz('spent_at'),
  },
  (table) => [index('refresh_tokens_api_key').on(table.apiKeyId, table.expiresAt)],
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
    /** Since when it isn't; a day later what waits fails. */
    disabledAt: timestamptz('disabled_at'),
    /** What it can't carry goes in the nearest plain form. */
    degradeUnsupported: boolean('degrade_unsupported').notNull().default(false),
    /** The adapter's settings as JSON, secrets and all, sealed under `PARLEY_SECRET_KEY`. */
    settingsSealed: bytea('settings_sealed').notNull(),
    createdAt: timestamptz('created_at').notNull().defaultNow(),
  },
  (table) => [index('channels_workspace').on(table.workspaceId, table.createdAt, table.id)],
);

/** What providers keep and approved, as far as it is known here. An empty locale or version: it is for each of them. */
export const templates = config.table(
  'templates',
  {
    id: uuid('id').primaryKey(),
    workspaceId: uuid('workspace_id')
      .notNull()
      .references(() => workspaces.id),
    name: text('name').notNull(),
    locale: text('locale').notNull().default(''),
    version: text('version').notNull().default(''),
    header: jsonb('header'),
    body: text('body').notNull(),
    footer: text('footer').notNull().default(''),
    buttons: jsonb('buttons').notNull().default([]),
    createdAt: timestamptz('created_at').notNull().defaultNow(),
    updatedAt: timestamptz('updated_at').notNull().defaultNow(),
  },
  (table) => [
    uniqueIndex('templates_name').on(table.workspaceId, table.name, table.locale, table.version),
    index('templates_workspace').on(table.workspaceId, table.createdAt, table.id),
  ],
);

/** The channels that a template is for, and what it is called there; one that has none of these is for all of them. */
export const templateChannels = config.table(
  'template_channels',
  {
    workspaceId: uuid('workspace_id').notNull(),
    templateId: uuid('template_id')
      .notNull()
      .references(() => templates.id, { onDelete: 'cascade' }),
    channelId: uuid('channel_id')
      .notNull()
      .references(() => channels.id),
    /** Null: its own name. */
    name: text('name'),
    /** What the provider said of it when it was last asked. */
    providerStatus: text('provider_status'),
    syncedAt: timestamptz('synced_at'),
  },
  (table) => [
    primaryKey({ columns: [table.workspaceId, table.templateId, table.channelId] }),
    index('template_channels_name').on(table.workspaceId, table.channelId, table.name),
    index('template_channels_template').on(table.templateId),
  ],
);

/**
 * Tokens of providers that are shown once, for new credentials, by who showed them. The row is committed before the token
 * leaves, and stays: whatever happens then, nobody shows it again.
 */
export const spentTokens = config.table(
  'spent_tokens',
  {
    /** SHA-256, as of keys. */
    tokenHash: bytea('token_hash').primaryKey(),
    /** Whose settings it stood in. */
    channelId: uuid('channel_id')
      .notNull()
      .references(() => channels.id),
    /** `asking`, `resting` (it surely wasn't processed, and may be shown again), `settled`, `lost` (nobody knows what came of it). */
    state: text('state').notNull(),
    /** Who asks. */
    leaseToken: uuid('lease_token').notNull(),
    /** Until when somebody waits for the answer, or nobody asks again. */
    leaseUntil: timestamptz('lease_until').notNull(),
    /** SHA-256 of the token that came instead. */
    resultHash: bytea('result_hash'),
    settledAt: timestamptz('settled_at'),
  },
  (table) => [index('spent_tokens_result').on(table.resultHash)],
);
