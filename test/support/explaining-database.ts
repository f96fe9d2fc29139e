import { sql, StringChunk, type SQL } from 'drizzle-orm';
import type { Database, Executor, Transaction } from '../../src/database/database.js';

/** What one statement cost, as `explain (analyze, buffers)` has it. */
export interface StatementCost {
  /** The statement's beginning, without line breaks. */
  readonly text: string;
  /** 8 KiB pages that it looked at, each time it did; planning apart. */
  readonly buffers: number;
}

export interface ExplainingDatabase {
  readonly database: Database;
  /** Every statement since the last look, in order. */
  take(): readonly StatementCost[];
}

interface Explained extends Record<string, unknown> {
  readonly 'QUERY PLAN': readonly [
    { readonly Plan: { readonly 'Shared Hit Blocks': number; readonly 'Shared Read Blocks': number } },
  ];
}

const rolledBack = new Error('Explained, and not done.');

/** A database each of whose statements is explained first, in a savepoint that is taken back, and then done. */
export function createExplainingDatabase(database: Database): ExplainingDatabase {
  let costs: StatementCost[] = [];
  const explain = async (tx: Transaction, query: SQL): Promise<void> => {
    await tx
      .transaction(async (savepoint) => {
        const found = await savepoint.execute<Explained>(sql`explain (analyze, buffers, format json) ${query}`);
        const plan = found.rows[0]?.['QUERY PLAN'][0].Plan;
        costs.push({ text: textOf(query), buffers: plan ? plan['Shared Hit Blocks'] + plan['Shared Read Blocks'] : 0 });
        throw rolledBack;
      })
      .catch((error: unknown) => {
        if (error !== rolledBack) throw error;
      });
  };
  const within = (tx: Transaction): Transaction =>
    Object.create(tx, {
      execute: {
        value: async (query: SQL) => {
          await explain(tx, query);
          return tx.execute(query);
        },
      },
    }) as Transaction;
  const transaction: Database['transaction'] = (work, options) =>
    database.transaction((tx) => work(within(tx)), options);
  const orm = Object.create(database.orm, {
    execute: { value: (query: SQL) => transaction((tx: Executor) => tx.execute(query)) },
  }) as Database['orm'];
  return {
    database: Object.create(database, { orm: { value: orm }, transaction: { value: transaction } }) as Database,
    take() {
      const taken = costs;
      costs = [];
      return taken;
    },
  };
}

/** The words of a statement, without its values. */
const textOf = (query: SQL): string =>
  query.queryChunks
    .map((chunk) => (chunk instanceof StringChunk ? chunk.value.join('') : '?'))
    .join('')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 60);
