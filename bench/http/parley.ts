import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Role } from '../../src/config.js';
import type { Place } from '../compared-path.js';
import { loadApp } from '../product.js';

/** A whole Parley, or some of its roles, in this process, as `parley start` runs it. */
export interface Parley {
  readonly url: string;
  readonly apiKey: string;
  stop(): Promise<void>;
}

const API_KEY = 'pk_bench-0000000000000000000000000000000000000';
/** Of no use to anybody: what it seals is gone with the run. All processes of one place need the same. */
export const SECRET_KEY = Buffer.alloc(32, 7);

/** What is measured is the work, by one key: its slices are leased as ever, and never used up. */
const AMPLE_LIMITS = {
  PARLEY_LIMIT_REQUESTS: '1000000',
  PARLEY_LIMIT_SENDS: '1000000',
  PARLEY_LIMIT_COST: '100000000',
  PARLEY_LIMIT_SOCKETS: '100000',
  PARLEY_LIMIT_SUBSCRIPTIONS: '100000',
  PARLEY_LIMIT_UNAUTHENTICATED_SOCKETS: '100000',
};

/** @param settings of the environment, beyond where the place is */
export async function startParley(
  { databaseUrl, brokers, topicPrefix, partitions }: Place,
  roles: readonly Role[],
  settings: Readonly<Record<string, string>> = {},
): Promise<Parley> {
  const { createApp, readConfig } = await loadApp();
  const dataDir = await mkdtemp(join(tmpdir(), `parley-bench-${randomBytes(2).toString('hex')}-`));
  const environment = {
    PORT: '0',
    DATABASE_URL: databaseUrl,
    KAFKA_BROKERS: brokers.join(','),
    PARLEY_TOPIC_PREFIX: topicPrefix,
    PARLEY_PARTITIONS: String(partitions),
    PARLEY_DATA_DIR: dataDir,
    PARLEY_SECRET_KEY: SECRET_KEY.toString('base64'),
    PARLEY_BOOTSTRAP_API_KEY: API_KEY,
    ...AMPLE_LIMITS,
    ...settings,
  };
  const app = await createApp(readConfig(environment, roles));
  await app.ready;
  return {
    url: app.url,
    apiKey: API_KEY,
    async stop() {
      await app.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
