import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import type { Database } from '../../src/database/database.js';
import { openDatabase } from '../../src/database/open-database.js';
import { stopAll, type Running } from '../../src/lifecycle.js';
import { cloneDatabase } from '../support/database.js';
import { testLog } from '../support/log.js';

export interface Environment extends Running {
  readonly databaseUrl: string;
  readonly database: Database;
  /** Empty. */
  readonly dataDir: string;
}

/** A database and a data directory of the test's own; until `stop` the environment names them, and no command logs. */
export async function openEnvironment(): Promise<Environment> {
  const clone = await cloneDatabase();
  const database = openDatabase(clone.url, testLog, { poolMax: 3 });
  const dataDir = await mkdtemp(join(tmpdir(), 'parley-cli-'));
  vi.stubEnv('DATABASE_URL', clone.url);
  vi.stubEnv('PARLEY_DATA_DIR', dataDir);
  vi.stubEnv('PARLEY_LOG_LEVEL', 'silent');
  const running: readonly Running[] = [
    { stop: () => clone.drop() },
    { stop: () => database.close() },
    { stop: () => rm(dataDir, { recursive: true }) },
    { stop: () => Promise.resolve(void vi.unstubAllEnvs()) },
  ];
  return { databaseUrl: clone.url, database, dataDir, stop: () => stopAll(running) };
}
