import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate as applyMigrations } from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';
import { sqlStateOf } from './errors.js';
import { MIGRATIONS_DIR, readMigrationState, type MigrationState } from './migrations.js';
import { applicationName } from './open-database.js';

const CONNECT_TIMEOUT_MS = 3_000;
/** A connection that swallows everything must not hold the start. */
const ANSWER_TIMEOUT_MS = 60_000;
const SOON = { query_timeout: ANSWER_TIMEOUT_MS };
/**
 * For an index over millions of messages, and for whoever waits meanwhile. Given up sooner, its session would go on to the
 * end and take it back, and the next try would begin anew.
 */
const UPGRADE_MS = 60 * 60_000;
/**
 * What it changes it takes from everybody, and whoever comes meanwhile waits behind it: above `deadlock_timeout`, after
 * which an autovacuum gives way, and below the 6 s that queries bear.
 */
const TABLES_FREE_WITHIN_MS = 3_000;
const LOCK_NOT_AVAILABLE = '55P03';
/** The advisory lock's number: two processes that start at once migrate one after the other. */
const MIGRATION_LOCK = 0x7061_726c;

/** Somebody reads a table for long that is to be changed: nothing was, and it is to be tried again. */
export class TablesHeldError extends Error {
  override readonly name = 'TablesHeldError';
  constructor(options: ErrorOptions) {
    super(
      'Somebody holds tables that the upgrade changes: a backup, a report, a rebuild that compares. Wait for its end (`parley rebuild --cancel` ends a rebuild).',
      options,
    );
  }
}

/**
 * Applies what `migrations/` has and this database lacks. Safe to run twice, and by two processes at once.
 * @returns how the database stood before. @throws TablesHeldError
 */
export async function migrate(url: string): Promise<MigrationState> {
  const client = new pg.Client({
    connectionString: url,
    application_name: applicationName,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: UPGRADE_MS + ANSWER_TIMEOUT_MS,
    keepAlive: true,
  });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query({ text: 'set client_min_messages = warning', ...SOON });
    await client.query(`select pg_advisory_lock(${MIGRATION_LOCK})`);
    const before = await readMigrationState(client);
    // Postgres' bound and not the client's: a session that is given up goes on waiting, and everybody behind it.
    await client.query(`set lock_timeout = ${TABLES_FREE_WITHIN_MS}; set statement_timeout = ${UPGRADE_MS}`);
    await applyMigrations(drizzle(client), { migrationsFolder: MIGRATIONS_DIR });
    return before;
  } catch (error) {
    throw sqlStateOf(error) === LOCK_NOT_AVAILABLE ? new TablesHeldError({ cause: error }) : error;
  } finally {
    // The lock is the session's and goes with it.
    await client.end().catch(() => undefined);
  }
}
