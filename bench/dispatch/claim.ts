import { randomUUID } from 'node:crypto';
import pg from 'pg';
import type { Database } from '../../src/database/database.js';
import type { Place, Side } from '../compared-path.js';
import { claimDue, openBucket, openDatabase, silent } from '../product.js';
import { channelOf, makeWaiting } from './waiting-rows.js';

/** As many as one process asks one channel for at most. */
const CLAIMS = 32;
const LANES_MAX = 100_000;
const RATE = { perSecond: 1_000_000, burst: 1_000_000 };

class UndoneError extends Error {
  override readonly name = 'UndoneError';
}

/** Claims 32 heads of so many that wait, and undoes it: the queue is as long for the next. */
export async function claim({ databaseUrl }: Place, waiting: number): Promise<Side> {
  const database = openDatabase(databaseUrl, silent, { poolMax: 1 });
  await makeWaiting(database, { messages: waiting, lanes: Math.min(LANES_MAX, waiting) });
  await vacuum(databaseUrl);
  await openBucket(database.orm, channelOf(0), RATE);
  const undone = undoing(database);
  const request = { channelId: channelOf(0), rate: RATE, leaseMs: 60_000 };
  return {
    async work(milliseconds) {
      const until = performance.now() + milliseconds;
      const latenciesMs: number[] = [];
      while (performance.now() < until) {
        const leaseTokens = Array.from({ length: CLAIMS }, () => randomUUID());
        const startedAt = performance.now();
        await claimDue(undone, { ...request, leaseTokens }).catch((error: unknown) => {
          if (!(error instanceof UndoneError)) throw error;
        });
        latenciesMs.push(performance.now() - startedAt);
      }
      return { operations: latenciesMs.length, latenciesMs };
    },
    close: () => database.close(),
  };
}

/** Takes longer than a statement of Parley's may. */
async function vacuum(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query('vacuum (analyze) work.dispatches, work.lanes');
  } finally {
    await client.end();
  }
}

const undoing = (database: Database): Database => ({
  ...database,
  transaction: (work, options) =>
    database.transaction(async (tx) => {
      const claims: unknown = await work(tx);
      if (!Array.isArray(claims) || claims.length !== CLAIMS) throw new Error('Something else was claimed.');
      throw new UndoneError();
    }, options),
});
