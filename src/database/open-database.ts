import { drizzle, NodePgSession, NodePgTransaction } from 'drizzle-orm/node-postgres';
import type { ExtractTablesWithRelations } from 'drizzle-orm';
import { PgDialect } from 'drizzle-orm/pg-core';
import pg from 'pg';
import type { Logger } from 'pino';
import { atMost } from '../lifecycle.js';
import type { ConnectionBounds, Database, Transaction, TransactionOptions } from './database.js';
import { isDatabaseAway } from './errors.js';
import { createWakeListener } from './wake-listener.js';

// Offsets are 64 bits wide; a float would lose the low ones without a word.
pg.types.setTypeParser(pg.types.builtins.INT8, BigInt);

const CONNECT_TIMEOUT_MS = 3_000;
const BOUNDS: ConnectionBounds = {
  poolMax: 20,
  /** Nothing hangs longer than 10 s (F10): this, and the wait for a connection before it, where the pool is exhausted. */
  statementMs: 6_000,
  /**
   * A process that stands still within a transaction (SIGSTOP, a machine asleep) holds positions and a channel's rate, for
   * which others wait: after that long the server ends its session. Above the 5 s for which the sweeper waits for the log.
   */
  idleInTransactionMs: 10_000,
  /**
   * Idle it is not where it stands still (or its network breaks) with half a statement sent: then this ends its session.
   * Above what a large batch takes on a busy machine.
   */
  transactionMs: 30_000,
};
/** Above the server's own bound: only a connection that swallows everything (a black hole) runs into it. */
const ANSWER_LATER_MS = 1_000;
const CLOSE_TIMEOUT_MS = 5_000;

/** How our connections name themselves: the process id tells whether somebody else uses an embedded Postgres too. */
export const applicationName = `parley ${process.pid}`;

/** Opens lazily: nothing is connected before the first statement, so that a start survives Postgres being away (F11). */
export function openDatabase(url: string, log: Logger, given: Partial<ConnectionBounds> = {}): Database {
  return openNamed({ url, log, bounds: { ...BOUNDS, ...given }, name: applicationName });
}

interface Opening {
  readonly url: string;
  readonly log: Logger;
  readonly bounds: ConnectionBounds;
  /** The application's, as Postgres knows it. */
  readonly name: string;
}

function openNamed({ url, log, bounds, name }: Opening): Database {
  const pool = openPool({ url, log, bounds, name });
  const listener = createWakeListener(url, log);
  let others = 0;
  return {
    pool,
    orm: drizzle(pool),
    transaction: (work, options = {}) => inTransaction(pool, beginStatement(options, bounds), work),
    onWake: (channel, wake) => listener.onWake(channel, wake),
    withBounds(itsBounds) {
      others += 1;
      const itsName = `${name} ${others}`;
      const beside = openNamed({ url, log, bounds: itsBounds, name: itsName });
      // A statement that takes minutes would go on without anybody who waits for it, and hold what it reads.
      return { ...beside, close: () => endSessions(pool, itsName).then(() => beside.close()) };
    },
    close: once(() => closeAll(pool, listener)),
  };
}

/** Where Postgres is away, nothing is left to end. */
async function endSessions(pool: pg.Pool, name: string): Promise<void> {
  const ending = pool.query(
    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1 and datname = current_database() and state <> 'idle'",
    [name],
  );
  await ending.catch(() => undefined);
}

function openPool({ url, log, bounds, name }: Opening): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max: bounds.poolMax,
    application_name: name,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: bounds.statementMs,
    query_timeout: bounds.statementMs + ANSWER_LATER_MS,
    idle_in_transaction_session_timeout: bounds.idleInTransactionMs,
    keepAlive: true,
  });
  // Without these listeners a lost connection is an unhandled error event, and the process dies with it:
  // the pool's own for idle clients, the client's for one that is checked out between two statements.
  pool.on('error', (error) => log.warn({ code: codeOf(error) }, 'an idle Postgres connection was lost'));
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

/**
 * The transaction's bound is asked for in SQL, for Postgres knows it from version 17 on
 * (https://www.postgresql.org/docs/17/runtime-config-client.html); an older one would refuse it in the connection.
 */
function beginStatement(
  { isDurable = true, isSnapshot = false }: TransactionOptions,
  bounds: ConnectionBounds,
): string {
  const begin = isSnapshot ? 'begin isolation level repeatable read read only' : 'begin';
  const durability = isDurable ? '' : 'set local synchronous_commit = off; ';
  return `${begin}; ${durability}select set_config('transaction_timeout', '${bounds.transactionMs}', true)
    where current_setting('transaction_timeout', true) is not null`;
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
  beginning: string,
  work: (tx: Transaction) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query(beginning);
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
