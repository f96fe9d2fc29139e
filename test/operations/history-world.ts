import { createApp, type App, type AppOverrides } from '../../src/app.js';
import { readConfig } from '../../src/config.js';
import { openDatabase } from '../../src/database/open-database.js';
import { stopAll, type Running } from '../../src/lifecycle.js';
import { askFor, watchOperation } from '../../src/operations/ask-for.js';
import type { OperationKind } from '../../src/operations/operation.js';
import { apiClient, type ApiClient } from '../support/api-client.js';
import { cloneDatabase } from '../support/database.js';
import { deleteTopics, kafkaBrokers, newTopicPrefix } from '../support/kafka.js';
import { testLog } from '../support/log.js';
import { temporaryDataDir } from '../support/parley-process.js';
import { startScriptedCarrier } from '../support/scripted-carrier.js';

const CHANNEL = `mutation ($input: CreateChannelInput!) { createChannel(input: $input) {
  channel { id webhookUrl } userErrors { message } } }`;

/** A Parley that can be stopped and started as another build, with one channel whose carrier does what the test says. */
export interface World {
  readonly carrier: Awaited<ReturnType<typeof startScriptedCarrier>>;
  readonly databaseUrl: string;
  /** What the clock of the app says from now on. */
  setTime(time: Date): void;
  start(overrides?: AppOverrides): Promise<{ readonly client: ApiClient; readonly channelId: string }>;
  /** Stops the app and leaves what it wrote. */
  halt(): Promise<void>;
  webhookUrl(): string;
  query<Row>(statement: string): Promise<readonly Row[]>;
  /** Asks for an operation and waits for its end. @returns what it came to */
  operate(kind: OperationKind, given: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>>;
  stop(): Promise<void>;
}

export async function openWorld(isOnKafka: boolean, time: Date): Promise<World> {
  const cloned = await cloneDatabase();
  const data = await temporaryDataDir();
  const carrier = await startScriptedCarrier();
  const database = openDatabase(cloned.url, testLog, { poolMax: 2 });
  const prefix = newTopicPrefix();
  const running: Running[] = [
    { stop: () => cloned.drop() },
    { stop: () => data.remove() },
    ...(isOnKafka ? [{ stop: () => deleteTopics(prefix) }] : []),
    { stop: () => carrier.close() },
    { stop: () => database.close() },
  ];
  let now = time;
  let app: App | undefined;
  let channelId = '';
  const halt = async () => {
    await app?.stop();
    app = undefined;
  };
  return {
    carrier,
    databaseUrl: cloned.url,
    setTime: (next) => (now = next),
    async start(overrides = {}) {
      app = await createApp(
        readConfig({
          ...{ PORT: '0', DATABASE_URL: cloned.url, PARLEY_DATA_DIR: data.path, PARLEY_SANDBOX: 'false' },
          ...{ PARLEY_SECRET_KEY: Buffer.alloc(32, 7).toString('base64'), PARLEY_LOG_LEVEL: 'silent' },
          ...(isOnKafka && { KAFKA_BROKERS: kafkaBrokers(), PARLEY_TOPIC_PREFIX: prefix }),
        }),
        { clock: { now: () => now }, ...overrides },
      );
      const { apiKey = '' } = await app.ready;
      const client = apiClient(app.url, apiKey);
      if (channelId === '') channelId = await connect(client, carrier.baseUrl);
      return { client, channelId };
    },
    halt,
    webhookUrl: () => `${app?.url ?? ''}/webhooks/sandbox/${channelId}`,
    query: async <Row>(statement: string) => (await database.pool.query<Row & object>(statement)).rows,
    async operate(kind, given) {
      const { operation } = await askFor(database, kind, given);
      const ended = await watchOperation(database, operation.id, {
        onLook: () => undefined,
        signal: AbortSignal.timeout(60_000),
      });
      if (ended?.result) return ended.result;
      throw new Error(`${kind} ended as ${ended?.state}: ${ended?.failure ?? ''}`);
    },
    async stop() {
      await halt();
      await stopAll(running);
    },
  };
}

async function connect(client: ApiClient, apiBaseUrl: string): Promise<string> {
  const input = { name: 'Carrier', provider: 'SANDBOX', platform: 'WHATSAPP', settings: { apiBaseUrl } };
  const made = await client.run<{ createChannel: { channel: { id: string } | null } }>(CHANNEL, { input });
  if (made.createChannel.channel === null) throw new Error(JSON.stringify(made));
  return made.createChannel.channel.id;
}
