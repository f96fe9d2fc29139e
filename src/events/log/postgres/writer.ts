import type { Pool, PoolClient } from 'pg';
import { backendOf, endBackend, type Backend } from '../../../database/backend.js';
import { pause } from '../../../lifecycle.js';
import type { AppendedPosition } from '../event-log.js';
import { flushQuery, positionsOf, type BaseRow, type PlacedRecord } from './flush.js';
import type { Heads } from './heads.js';

/** A server that restarts (the embedded one after a kill -9) is back within it; beyond it callers are told. */
const CONNECT_WITHIN_MS = 1_500;
const CONNECT_EVERY_MS = 50;

export interface LogWriter {
  /** Writes one batch in one transaction. Calls must not overlap. */
  readonly write: (records: readonly PlacedRecord[]) => Promise<readonly AppendedPosition[]>;
  /** How often the connection had to be made anew. */
  reconnects(): number;
  close(): void;
}

interface Connection {
  readonly client: PoolClient;
  readonly backend: Backend;
}

/**
 * Writes through one connection of its own. When a flush fails, nobody knows whether it was committed or will still be:
 * before anything else is written its backend is ended, and only then are the heads read again. Without that fence a
 * late commit could slip a refused record behind newer ones of the same key.
 */
export function createLogWriter(pool: Pool, heads: Heads): LogWriter {
  let connection: Connection | undefined;
  let connects = 0;
  /** Who was given a flush and hasn't answered it yet. */
  let doubtful: Backend | undefined;

  const connected = async (): Promise<Connection> => {
    if (connection === undefined) {
      connection = await connect(pool);
      connects += 1;
    }
    if (doubtful === undefined) return connection;
    await endBackend(connection.client, doubtful);
    await heads.refresh();
    doubtful = undefined;
    return connection;
  };
  const flush = async (records: readonly PlacedRecord[]) => {
    const { client, backend } = await connected();
    const { query, places } = flushQuery(records);
    doubtful = backend;
    const found = await client.query<BaseRow>(query);
    doubtful = undefined;
    return positionsOf(records, places, found.rows);
  };

  return {
    async write(records) {
      try {
        const positions = await flush(records);
        raiseHeads(heads, records, positions);
        return positions;
      } catch (error) {
        connection?.client.release(error instanceof Error ? error : true);
        connection = undefined;
        throw error;
      }
    },
    reconnects: () => Math.max(0, connects - 1),
    close() {
      connection?.client.release();
      connection = undefined;
    },
  };
}

function raiseHeads(heads: Heads, records: readonly PlacedRecord[], positions: readonly AppendedPosition[]): void {
  // From the last to the first: the first one of a partition is its highest, and the others change nothing.
  for (let index = positions.length - 1; index >= 0; index -= 1) {
    const [record, position] = [records[index], positions[index]];
    if (record && position) heads.raise(record.topic, position.partition, position.offset + 1n);
  }
}

/** While nothing was sent, trying again is safe. */
async function connect(pool: Pool): Promise<Connection> {
  const deadline = performance.now() + CONNECT_WITHIN_MS;
  for (;;) {
    try {
      return await connectOnce(pool);
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await pause(CONNECT_EVERY_MS);
    }
  }
}

async function connectOnce(pool: Pool): Promise<Connection> {
  const client = await pool.connect();
  try {
    return { client, backend: await backendOf(client) };
  } catch (error) {
    client.release(error instanceof Error ? error : true);
    throw error;
  }
}
