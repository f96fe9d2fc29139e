import type { NodePgDatabase } from 'drizzle-orm/node-postgres';
import type { Pool } from 'pg';

/** Drizzle over the pool. `execute(sql`…`)` answers int8 as bigint and timestamptz as text: cast in the statement where it matters. */
export type Orm = NodePgDatabase;
export type Transaction = Parameters<Parameters<Orm['transaction']>[0]>[0];
/** What a statement needs: the pool or a transaction. */
export type Executor = Orm | Transaction;

/** What NOTIFY wakes. A wake is never the news itself: whoever is woken reads from its position. */
export const WAKE_CHANNELS = [
  'parley_journal',
  'parley_dispatch',
  'parley_channels',
  'parley_keys',
  'parley_parked',
  'parley_operations',
  'parley_read_models',
  'parley_typing',
] as const;
export type WakeChannel = (typeof WAKE_CHANNELS)[number];

export interface Database {
  readonly pool: Pool;
  readonly orm: Orm;
  /** Commits what `work` did, or nothing of it. */
  transaction<Result>(work: (tx: Transaction) => Promise<Result>, options?: TransactionOptions): Promise<Result>;
  /** Wakes on NOTIFY, and once after each reconnect, for what was missed. Returns what ends it. */
  onWake(channel: WakeChannel, wake: (payload: string) => void): () => void;
  /**
   * The same database through connections of their own, for what takes longer than a request may. Its `close`, which is
   * the caller's to call, ends what still runs on them.
   */
  withBounds(bounds: ConnectionBounds): Database;
  close(): Promise<void>;
}

export interface TransactionOptions {
  /** False sets `synchronous_commit = off`: only where the log repeats it. Default true. */
  readonly isDurable?: boolean;
  /** All its statements see the database as it was at the first one, and change nothing. Default false. */
  readonly isSnapshot?: boolean;
}

export interface ConnectionBounds {
  readonly poolMax: number;
  readonly statementMs: number;
  /** Of a transaction in all, and of its waiting for us. */
  readonly transactionMs: number;
  readonly idleInTransactionMs: number;
}
