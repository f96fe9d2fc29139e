import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ClientBase, Pool } from 'pg';
import { z } from 'zod';

/** Both `src/database` and `dist/database` lie two levels below the package's root. */
export const MIGRATIONS_DIR = fileURLToPath(new URL('../../migrations', import.meta.url));

/** Where drizzle notes what it has applied. */
const JOURNAL_TABLE = 'drizzle.__drizzle_migrations';

const journal = z.object({ entries: z.array(z.object({ tag: z.string(), when: z.number() })) });

/** How a database stands to the migrations of this version. */
export interface MigrationState {
  /** Names of those that both have, in order. */
  readonly applied: readonly string[];
  /** Names of those that the database lacks, in order. */
  readonly missing: readonly string[];
  /** How many the database has that this version doesn't know: a newer Parley has been here. */
  readonly newer: number;
}

/** The database was brought up to date by a newer Parley: what this one would write there, nobody has tested. */
export class NewerDatabaseError extends Error {
  override readonly name = 'NewerDatabaseError';
  constructor(newer: number) {
    super(
      `This database is of a newer Parley: it has ${newer} ${newer === 1 ? 'migration' : 'migrations'} that this version ` +
        'does not know. Run the newer version, or restore the backup from before it was started.',
    );
  }
}

/** Changes nothing, not even in an empty database. */
export async function readMigrationState(client: Pool | ClientBase): Promise<MigrationState> {
  const known = knownMigrations();
  const there = await client.query<{ is_there: boolean }>(
    `select to_regclass('${JOURNAL_TABLE}') is not null as is_there`,
  );
  const found = there.rows[0]?.is_there
    ? await client.query<{ made_at: string }>(`select created_at::text as made_at from ${JOURNAL_TABLE}`)
    : { rows: [] };
  const applied = new Set(found.rows.map(({ made_at }) => Number(made_at)));
  const last = Math.max(...known.map(({ when }) => when));
  return {
    applied: known.filter(({ when }) => applied.has(when)).map(({ tag }) => tag),
    missing: known.filter(({ when }) => !applied.has(when)).map(({ tag }) => tag),
    newer: [...applied].filter((when) => when > last).length,
  };
}

function knownMigrations(): z.infer<typeof journal>['entries'] {
  const text = readFileSync(`${MIGRATIONS_DIR}/meta/_journal.json`, 'utf8');
  return journal.parse(JSON.parse(text)).entries;
}

/**
 * For who reads or writes tables without bringing them up to date himself.
 * @throws Error which says what to run; NewerDatabaseError
 */
export async function requireMigrated(client: Pool | ClientBase): Promise<void> {
  const { missing, newer } = await readMigrationState(client);
  if (newer > 0) throw new NewerDatabaseError(newer);
  if (missing.length > 0)
    throw new Error(`The database lacks ${missing.length} migrations: run \`parley migrate\`, or start Parley once.`);
}
