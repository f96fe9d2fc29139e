import { drizzle, NodePgSession, NodePgTransaction } from 'drizzle-orm/node-postgres';
import type { ExtractTablesWithRelations } from 'drizzle-orm';
import { PgDialect } from 'drizzle-orm/pg-core';
import pg from 'pg';
import type { Logger } from 'pino';
import { atMost } from '../lifecycle.js';
import type { Database, Transaction } from './database.js';
import { isDatabaseAway } from './errors.js';
import { createWakeListener } from './wake-listener.js';

// Offsets are 64 bits wide; a float would lose the low ones without a word.
pg.types.setTypeParser(pg.types.builtins.INT8, BigInt);

const CONNECT_TIMEOUT_MS = 3_000;
/** Nothing hangs longer than 10 s (F10): this, and the time until the answer's own bound. */
const STATEMENT_TIMEOUT_MS = 8_000;
/** Above the server's own bound: only a connection that swallows everything (a black hole) runs into it. */
const ANSWER_TIMEOUT_MS = STATEMENT_TIMEOUT_MS + 1_000;
/**
 * A process that stands still within a transaction (SIGSTOP, a machine asleep) holds positions and a channel's rate, for
 * which others wait: after that long the server ends its session. Above the 5 s for which the sweeper waits for the log.
 */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 10_000;
/**
 * Idle it is not where it stands still (or its network breaks) with half a statement sent: then this ends its session.
 * Above what a large batch takes on a busy machine. Asked for in SQL, for Postgres knows it from version 17 on
 * (https://www.postgresql.org/docs/17/runtime-config-client.html); an older one would refuse it in the connection.
 */
const BOUND_TRANSACTION = `select set_config('transaction_timeout', '30s', true)
  where current_setting('transaction_timeout', true) is not null`;
const POOL_MAX = 20;
const CLOSE_TIMEOUT_MS = 5_000;

export interface DatabaseOptions {
  /** Connections at most; default 20. */
  readonly poolMax?: number;
}

/** How our connections name themselves: the process id tells whether somebody else uses an embedded Postgres too. */
export const applicationName = `parley ${process.pid}`;

/** Opens lazily: nothing is connected before the first statement, so that a start survives Postgres being away (F11). */
export function openDatabase(url: string, log: Logger, options: DatabaseOptions = {}): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: options.poolMax ?? POOL_MAX,
    application_name: applicationName,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    query_timeout: ANSWER_TIMEOUT_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
    keepAlive: true,
  });
  // Without these listeners a lost connection is an unhandled error event, and the process dies with it:
  // the pool's own for idle clients, the client's for one that is checked out between two statements.
  pool.on('error', (error) => log.warn({ code: codeOf(error) }, 'an idle Postgres connection was lost'));
  pool.on('connect', (client) => client.on('error', () => undefined));
  const listener = createWakeListener(url, log);
  return {
    pool,
    orm: drizzle(pool),
    transaction: (work, { isDurable = true } = {}) => inTransaction(pool, isDurable, work),
    onWake: (channel, wake) => listener.onWake(channel, wake),
    close: once(() => closeAll(pool, listener)),
  };
}

const dialect = new PgDialect();
type NoSchema = Record<string, never>;
type NoTables = ExtractTablesWithRelations<NoSchema>;

/**
 * Our own, not drizzle's: there a BEGIN that fails never gives its client back to the pool, and a lost connection is
 * answered with a ROLLBACK on it that hides the error.
 */
async function inTransaction<Result>(
  pool: pg.Pool,
  isDurable: boolean,
  work: (tx: Transaction) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query(`begin; ${isDurable ? '' : 'set local synchronous_commit = off; '}${BOUND_TRANSACTION}`);
    const session = new NodePgSession<NoSchema, NoTables>(client, dialect, undefined);
    const tx = new NodePgTransaction<NoSchema, NoTables>(dialect, session, undefined);
    const result = await work(tx);
    await client.query('commit');
    return result;
  } catch (error) {
    broken = await rollBack(client, error);
    throw error;
  } finally {
    client.release(broken);
  }
}

/**
 * Undefined when the connection is clean again; otherwise it must not go back to the pool. One that doesn't answer isn't
 * asked: the wait would be as long once more, and its end is a rollback too.
 */
async function rollBack(client: pg.PoolClient, failure: unknown): Promise<Error | undefined> {
  if (isDatabaseAway(failure)) return new Error('The connection was lost.', { cause: failure });
  try {
    await client.query('rollback');
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error('The rollback failed.');
  }
}

async function closeAll(pool: pg.Pool, listener: { stop(): Promise<void> }): Promise<void> {
  await listener.stop();
  // A client that waits on a dead connection would hold the exit: the operating system closes it for us.
  await atMost(CLOSE_TIMEOUT_MS, pool.end());
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => (done ??= work());
}

const codeOf = (error: Error): unknown => ('code' in error ? error.code : error.message);
