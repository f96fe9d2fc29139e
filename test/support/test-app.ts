import { readConfig, type Role } from '../../src/config.js';
import { stopAll, type Running } from '../../src/lifecycle.js';
import { apiClient, type ApiClient } from './api-client.js';
import { cloneDatabase } from './database.js';
import { countRecords, deleteTopics, kafkaBrokers, newTopicPrefix } from './kafka.js';
import { AMPLE_LIMITS, temporaryDataDir } from './parley-process.js';
import { startParleySystem, type ParleySystem } from './parley-system.js';
import { PROCESSES, topology } from './topology.js';
import { withClient } from './with-client.js';

/** A whole Parley on a database and topics of its own, as the end-to-end tests use it, whatever it is made of. */
export interface TestApp {
  /** Where several processes have the API, connections to it go to each in turn. */
  readonly url: string;
  readonly apiKey: string;
  readonly databaseUrl: string;
  /** What names this Parley, for a program that works on it. */
  readonly env: Readonly<Record<string, string>>;
  /** Of each of its processes, where its own `/metrics` is; with the API or without. */
  readonly processUrls: readonly string[];
  /** Where several processes have the API, each call goes to the next. */
  readonly client: ApiClient;
  /** The demo workspace's sandbox channel. */
  readonly channelId: string;
  /** How many records its log ever took. */
  countRecords(): Promise<bigint>;
  stop(): Promise<void>;
}

/** A whole Parley whose processes a test can tell apart. */
export type TestSystem = TestApp & ParleySystem;

/** As `startParleySystem` has it too. */
const SECRET_KEY = Buffer.alloc(32, 7).toString('base64');

/** As the topology of the project says. */
export async function startTestApp(env: Readonly<Record<string, string>> = {}): Promise<TestApp> {
  const what = topology();
  return onOwnDatabase(what !== 'embedded', async (place, running) =>
    what === 'embedded' || what === 'kafka'
      ? startHere({ ...place, env: { ...place.env, ...env } }, running)
      : startProcesses({ ...place, env: { ...place.env, ...env } }, PROCESSES[what], running),
  );
}

/** Of processes of its own, whatever the project's topology is: for tests that speak to one of them. */
export async function startTestSystem(processes: readonly (readonly Role[])[]): Promise<TestSystem> {
  return onOwnDatabase(true, (place, running) => startProcesses(place, processes, running));
}

interface Place {
  readonly databaseUrl: string;
  readonly dataDir: string;
  readonly env: Readonly<Record<string, string>>;
}
type Started = Pick<TestApp, 'url' | 'apiKey' | 'processUrls' | 'client'>;

async function onOwnDatabase<What extends Started>(
  isOnKafka: boolean,
  start: (place: Place, running: Running[]) => Promise<What>,
): Promise<What & TestApp> {
  const running: Running[] = [];
  const stop = () => stopAll(running);
  try {
    const database = await cloneDatabase();
    running.push({ stop: () => database.drop() });
    const data = await temporaryDataDir();
    running.push({ stop: () => data.remove() });
    const log = isOnKafka ? kafkaLog(running) : embeddedLog(database.url);
    const started = await start({ databaseUrl: database.url, dataDir: data.path, env: log.env }, running);
    const channelId = await sandboxChannel(started.client);
    const env = {
      ...{ ...log.env, DATABASE_URL: database.url, PARLEY_DATA_DIR: data.path, PARLEY_SECRET_KEY: SECRET_KEY },
      ...{ PARLEY_PUBLIC_URL: started.url, PARLEY_API_KEY: started.apiKey },
    };
    return { ...started, env, databaseUrl: database.url, channelId, countRecords: log.countRecords, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function kafkaLog(running: Running[]) {
  const prefix = newTopicPrefix();
  running.push({ stop: () => deleteTopics(prefix) });
  const env = { KAFKA_BROKERS: kafkaBrokers(), PARLEY_TOPIC_PREFIX: prefix };
  return { env, countRecords: () => countRecords(prefix) };
}

const embeddedLog = (databaseUrl: string) => ({
  env: {},
  countRecords: () =>
    withClient(databaseUrl, async (client) => {
      const { rows } = await client.query<{ sum: string }>('select sum(next_offset) as sum from log.partitions');
      return BigInt(rows[0]?.sum ?? 0);
    }),
});

async function startHere({ databaseUrl, dataDir, env }: Place, running: Running[]): Promise<Started> {
  // Only here: to load all of Parley takes two seconds, which a test of other processes need not wait for.
  const { createApp } = await import('../../src/app.js');
  const app = await createApp(
    readConfig({
      PORT: '0',
      DATABASE_URL: databaseUrl,
      PARLEY_DATA_DIR: dataDir,
      PARLEY_SECRET_KEY: SECRET_KEY,
      PARLEY_LOG_LEVEL: 'silent',
      ...AMPLE_LIMITS,
      ...env,
    }),
  );
  running.push(app);
  const { apiKey = '' } = await app.ready;
  return { url: app.url, apiKey, processUrls: [app.url], client: apiClient(app.url, apiKey) };
}

async function startProcesses(place: Place, processes: readonly (readonly Role[])[], running: Running[]) {
  const system = await startParleySystem({ ...place, processes });
  running.push(system);
  return { ...system, processUrls: system.processes.map(({ url }) => url) };
}

/** What each test app is asked when it has started. */
export const SANDBOX_CHANNEL = '{ channels(filter: { provider: SANDBOX }) { nodes { id } } }';

async function sandboxChannel(client: ApiClient): Promise<string> {
  const found = await client.run<{ channels: { nodes: { id: string }[] } }>(SANDBOX_CHANNEL);
  return found.channels.nodes[0]?.id ?? '';
}
