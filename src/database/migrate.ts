import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate as applyMigrations } from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';
import { MIGRATIONS_DIR, readMigrationState, type MigrationState } from './migrations.js';
import { applicationName } from './open-database.js';

const CONNECT_TIMEOUT_MS = 3_000;
/** Above what any of them takes, another process' included: a connection that swallows everything must not hold the start. */
const ANSWER_TIMEOUT_MS = 60_000;
/** The advisory lock's number: two processes that start at once migrate one after the other. */
const MIGRATION_LOCK = 0x7061_726c;

/**
 * Applies what `migrations/` has and this database lacks. Safe to run twice, and by two processes at once.
 * @returns how the database stood before
 */
export async function migrate(url: string): Promise<MigrationState> {
  const client = new pg.Client({
    connectionString: url,
    application_name: applicationName,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: ANSWER_TIMEOUT_MS,
    keepAlive: true,
  });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query('set client_min_messages = warning');
    await client.query(`select pg_advisory_lock(${MIGRATION_LOCK})`);
    const before = await readMigrationState(client);
    await applyMigrations(drizzle(client), { migrationsFolder: MIGRATIONS_DIR });
    return before;
  } finally {
    // The lock is the session's and goes with it.
    await client.end().catch(() => undefined);
  }
}
