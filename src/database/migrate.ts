import { fileURLToPath } from 'node:url';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate as applyMigrations } from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';
import { applicationName } from './open-database.js';

/** Both `src/database` and `dist/database` lie two levels below the package's root. */
const MIGRATIONS_DIR = fileURLToPath(new URL('../../migrations', import.meta.url));
const CONNECT_TIMEOUT_MS = 3_000;
/** Above what any of them takes, another process' included: a connection that swallows everything must not hold the start. */
const ANSWER_TIMEOUT_MS = 60_000;
/** The advisory lock's number: two processes that start at once migrate one after the other. */
const MIGRATION_LOCK = 0x7061_726c;

/** Applies what `migrations/` has and this database lacks. Safe to run twice, and by two processes at once. */
export async function migrate(url: string): Promise<void> {
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
    await applyMigrations(drizzle(client), { migrationsFolder: MIGRATIONS_DIR });
  } finally {
    // The lock is the session's and goes with it.
    await client.end().catch(() => undefined);
  }
}
