import type { Logger } from 'pino';
import { readConfig, type Config } from '../config.js';
import type { Database } from '../database/database.js';
import { startEmbeddedPostgres } from '../database/embedded-postgres.js';
import { openDatabase } from '../database/open-database.js';
import { clusterPaths, hasCluster } from '../database/postgres-cluster.js';
import { stopAll, type Running } from '../lifecycle.js';
import { createLogger, messageOf } from '../logging.js';
import type { ProgressOutput } from './progress.js';
import { EXIT, type ExitCode, UsageError } from './verb.js';

/** What a verb works on. */
export interface OpenedDatabase {
  readonly config: Config;
  readonly url: string;
  readonly database: Database;
  readonly logger: Logger;
}

export interface WithDatabaseOptions {
  /** Whether an embedded PostgreSQL that was never set up is set up now; otherwise the verb says so and ends with 1. */
  readonly mayMake?: boolean;
}

/** One statement at a time, and one beside it. */
const POOL_MAX = 2;

/**
 * Opens Postgres as it is configured, does the work and closes again, with Parley running or not: an embedded PostgreSQL
 * that somebody else uses is left to him.
 * @returns what the work answers; 1 when it failed, and why has been said then, in one line
 * @throws ConfigError, UsageError
 */
export async function withDatabase(
  errors: ProgressOutput,
  work: (opened: OpenedDatabase) => Promise<ExitCode>,
  { mayMake = false }: WithDatabaseOptions = {},
): Promise<ExitCode> {
  const config = readConfig();
  const running: Running[] = [];
  try {
    const logger = createLogger(config.logLevel);
    const url = config.databaseUrl ?? (await startPostgres(config, mayMake, running));
    const database = openDatabase(url, logger, { poolMax: POOL_MAX });
    running.push({ stop: () => database.close() });
    return await work({ config, url, database, logger });
  } catch (error) {
    if (error instanceof UsageError) throw error;
    errors.write(`${messageOf(error)}\n`);
    return EXIT.failed;
  } finally {
    await stopAll(running);
  }
}

async function startPostgres({ dataDir }: Config, mayMake: boolean, running: Running[]): Promise<string> {
  if (!mayMake && !(await hasCluster(clusterPaths(dataDir))))
    throw new Error(
      `There is no database in ${dataDir} yet: start Parley once, or set PARLEY_DATA_DIR or DATABASE_URL.`,
    );
  const embedded = await startEmbeddedPostgres({ dataDir });
  running.push(embedded);
  return embedded.url;
}
