import { sql } from 'drizzle-orm';
import type { Database, Executor } from './database.js';

/** The advisory lock's number: of processes that start at once one changes it, and the others find it changed. */
const LOCK = 7_210_423;
/** Of a table of some ten million messages. */
const PATIENT = {
  poolMax: 1,
  statementMs: 60 * 60_000,
  transactionMs: 60 * 60_000,
  idleInTransactionMs: 60_000,
};

/**
 * By whose rules words are found (a configuration of PostgreSQL's text search). Another one than before makes the index
 * anew, which the projector waits for; both happen or neither.
 * @throws Error for one that PostgreSQL doesn't have
 */
export async function setSearchLanguage(database: Database, language: string): Promise<void> {
  if ((await readLanguage(database.orm)) === language) return;
  const patient = database.withBounds(PATIENT);
  try {
    await patient.transaction(async (tx) => {
      await tx.execute(sql`select pg_advisory_xact_lock(${LOCK})`);
      if ((await readLanguage(tx)) !== language) await changeLanguage(tx, language);
    });
  } finally {
    await patient.close();
  }
}

async function readLanguage(executor: Executor): Promise<string | undefined> {
  const found = await executor.execute<{ language: string }>(sql`
    select cfgname as language from pg_ts_config where oid = config.search_language()`);
  return found.rows[0]?.language;
}

async function changeLanguage(tx: Executor, language: string): Promise<void> {
  const known = await tx.execute<{ name: string }>(sql`
    select quote_literal(format('pg_catalog.%I', cfgname)) as name from pg_ts_config
    where cfgname = ${language} and cfgnamespace = 'pg_catalog'::regnamespace`);
  const name = known.rows[0]?.name;
  if (name === undefined) throw new Error('PARLEY_SEARCH_LANGUAGE: PostgreSQL has no such text search configuration.');
  await tx.execute(
    sql.raw(`create or replace function config.search_language() returns regconfig
      language sql immutable parallel safe as $$ select ${name}::regconfig $$`),
  );
  // Those of a copy that is being made, and of the one from before, too.
  const indexes = await tx.execute<{ statement: string }>(sql`
    select format('reindex index %I.%I', schemaname, indexname) as statement from pg_indexes
    where indexname = 'messages_search' order by schemaname`);
  for (const { statement } of indexes.rows) await tx.execute(sql.raw(statement));
}
