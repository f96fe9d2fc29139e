import { readFile } from 'node:fs/promises';
import { readConfig, type Config } from '../config.js';
import type { Database } from '../database/database.js';
import { startEmbeddedPostgres } from '../database/embedded-postgres.js';
import { migrate } from '../database/migrate.js';
import { openDatabase } from '../database/open-database.js';
import { stopAll, type Running } from '../lifecycle.js';
import { createLogger } from '../logging.js';
import { exportInstance, importInstance } from '../secrets/instance-copy.js';
import { createSecretBox, type SecretBox } from '../secrets/secret-box.js';
import { findSecretKey } from '../secrets/secret-key.js';
import type { ProgressOutput } from './progress.js';
import { messageOf } from './start.js';

export interface InstanceDeps {
  readonly input: AsyncIterable<Buffer | string>;
  readonly output: ProgressOutput;
  readonly errors: ProgressOutput;
}

/** What an export prints is a few hundred bytes. */
const INPUT_CHARACTERS_MAX = 65_536;

/** Prints the sealed copy. @returns the exit code; 1: what was wrong has been said. @throws ConfigError */
export const exportInstanceTo = ({ output, errors }: InstanceDeps): Promise<0 | 1> =>
  withInstance(errors, async ({ database, box }) => {
    output.write(`${await exportInstance(database, box)}\n`);
  });

/** @param file a path, or `-` for the input. @returns as above. @throws ConfigError */
export const importInstanceFrom = ({ input, output, errors }: InstanceDeps, file: string): Promise<0 | 1> =>
  withInstance(errors, async ({ database, box, url }) => {
    const text = file === '-' ? await textOf(input) : await readFile(file, 'utf8');
    await migrate(url);
    const fingerprint = await importInstance(database, box, text);
    output.write(`This database is instance ${fingerprint} now.\n`);
  });

interface OpenInstance {
  readonly database: Database;
  readonly box: SecretBox;
  readonly url: string;
}

/** With Parley running or not: an embedded PostgreSQL that somebody else uses is left to him. */
async function withInstance(errors: ProgressOutput, work: (opened: OpenInstance) => Promise<void>): Promise<0 | 1> {
  const config = readConfig();
  const running: Running[] = [];
  try {
    const box = createSecretBox(await requireSecretKey(config));
    const logger = createLogger(config.logLevel);
    const embedded = config.databaseUrl === undefined ? await startEmbeddedPostgres({ dataDir: config.dataDir }) : null;
    if (embedded) running.push(embedded);
    const url = config.databaseUrl ?? embedded?.url ?? '';
    const database = openDatabase(url, logger, { poolMax: 1 });
    running.push({ stop: () => database.close() });
    await work({ database, box, url });
    return 0;
  } catch (error) {
    errors.write(`${messageOf(error)}\n`);
    return 1;
  } finally {
    await stopAll(running);
  }
}

/** None is made here: what another key sealed it could not open, and what it sealed nobody else could. */
async function requireSecretKey({ dataDir, secretKey }: Config): Promise<Buffer> {
  const key = await findSecretKey({ dataDir, configured: secretKey });
  if (key !== undefined) return key;
  throw new Error(`Set PARLEY_SECRET_KEY to the key of this instance, or put its file secret-key into ${dataDir}.`);
}

async function textOf(input: InstanceDeps['input']): Promise<string> {
  let text = '';
  for await (const chunk of input) {
    text += chunk.toString();
    if (text.length > INPUT_CHARACTERS_MAX) throw new Error('This is not what `parley secret export` prints.');
  }
  return text;
}
