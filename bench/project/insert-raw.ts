import pg from 'pg';
import type { Place, Side } from '../compared-path.js';
import { readTables } from '../product.js';
import { MESSAGES_PER_MS } from './appends.js';
import { historyOf } from './history.js';
import { insertsOf } from './insert-rows.js';
import { rowsOfHistory, type BatchRows } from './rows-of-history.js';

/** Transactions at a time: as many keep Postgres busy on the machines this was written on. */
const CONNECTIONS = 4;

/** The rows that the projector writes for the same history, folded beforehand: only to insert them is left. */
export function insertRaw({ databaseUrl, partitions }: Place): Promise<Side> {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: CONNECTIONS });
  const insert = insertBatch();
  const offsets = Array.from({ length: partitions }, () => 0n);
  let next = 0;
  let batches: readonly BatchRows[] = [];
  return Promise.resolve({
    prepare(milliseconds) {
      const messages = milliseconds * MESSAGES_PER_MS;
      batches = rowsOfHistory(historyOf(next, messages), offsets);
      next += messages;
      return Promise.resolve();
    },
    async work() {
      const startedAt = performance.now();
      const waiting = [...batches];
      const insertAll = async () => {
        const client = await pool.connect();
        for (let batch = waiting.shift(); batch !== undefined; batch = waiting.shift()) await insert(client, batch);
        client.release();
      };
      await Promise.all(Array.from({ length: CONNECTIONS }, insertAll));
      const events = batches.reduce((sum, batch) => sum + batch.events.length, 0);
      return { operations: events, latenciesMs: [performance.now() - startedAt] };
    },
    close: () => pool.end(),
  } satisfies Side);
}

/** One transaction, which a crash may take back, as the projector's. */
function insertBatch(): (client: pg.ClientBase, batch: BatchRows) => Promise<void> {
  const insertPositions = insertsOf(readTables.readPositions);
  const insertEvents = insertsOf(readTables.journal);
  const insertMessages = insertsOf(readTables.messages);
  const insertTimeline = insertsOf(readTables.timeline);
  const insertConversations = insertsOf(readTables.conversations);
  return async (client, batch) => {
    await client.query('begin; set local synchronous_commit = off');
    await insertPositions(client, batch.positions);
    await insertEvents(client, batch.events);
    await insertMessages(client, batch.messages);
    await insertTimeline(client, batch.timeline);
    await insertConversations(client, batch.conversations);
    await client.query('commit');
  };
}
