import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createApp, type App } from '../../src/app.js';
import { readConfig, ROLES, type Role } from '../../src/config.js';
import { apiClient } from '../support/api-client.js';
import { cloneDatabase, type ClonedDatabase } from '../support/database.js';
import { deleteTopics, kafkaBrokers, newTopicPrefix } from '../support/kafka.js';
import { startKafkaProxy, type KafkaProxy } from '../support/kafka-proxy.js';
import { temporaryDataDir } from '../support/parley-process.js';
import { startPostgresProxy, type PostgresProxy } from '../support/postgres-proxy.js';

/** Supervisors grant 10 s; the command line gives up after 9. */
const GONE_WITHIN_MS = 9_000;

let database: ClonedDatabase;
let data: Awaited<ReturnType<typeof temporaryDataDir>>;
let postgres: PostgresProxy;
let kafka: KafkaProxy;
const prefix = newTopicPrefix();
beforeAll(async () => {
  database = await cloneDatabase();
  data = await temporaryDataDir();
});
afterAll(async () => {
  await deleteTopics(prefix);
  await data.remove();
  await database.drop();
});
beforeEach(async () => {
  postgres = await startPostgresProxy(database.url);
  kafka = await startKafkaProxy(kafkaBrokers());
});
afterEach(async () => {
  await kafka.close();
  await postgres.close();
});

async function start(roles: readonly Role[]): Promise<App> {
  const env = {
    PORT: '0',
    DATABASE_URL: postgres.url,
    KAFKA_BROKERS: kafka.brokers,
    PARLEY_TOPIC_PREFIX: prefix,
    PARLEY_PUBLIC_URL: 'http://127.0.0.1:1',
    PARLEY_SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
    PARLEY_DATA_DIR: data.path,
    PARLEY_LOG_LEVEL: 'silent',
  };
  const app = await createApp(readConfig(env, roles));
  await app.ready;
  return app;
}

async function stopInTime(app: App): Promise<void> {
  const began = performance.now();
  await app.stop();
  expect(performance.now() - began).toBeLessThan(GONE_WITHIN_MS);
}

const AWAY: readonly (readonly [string, () => void])[] = [
  ['Kafka refuses', () => kafka.cut()],
  ['Kafka swallows everything', () => kafka.blackHole()],
  ['Postgres is away', () => postgres.cut()],
  [
    'both are away',
    () => {
      kafka.blackHole();
      postgres.cut();
    },
  ],
];

describe('a stop', () => {
  it.each(AWAY)('of all roles is done in time while %s and a request is in flight', async (_case, takeAway) => {
    const app = await start(ROLES);
    const { apiKey = '' } = await app.ready;
    const client = apiClient(app.url, apiKey);
    const found = await client.run<{ channels: { nodes: { id: string }[] } }>('{ channels { nodes { id } } }');
    takeAway();
    const input = {
      channelId: found.channels.nodes[0]?.id,
      to: { phoneNumber: '+15550100000' },
      content: { text: { text: 'Hello' } },
    };
    const send = 'mutation ($input: SendMessageInput!) { sendMessage(input: $input) { message { id } } }';
    const inFlight = client.ask(send, { input });
    await stopInTime(app);
    expect((await inFlight).errors?.[0]?.extensions.code).toBe('UNAVAILABLE');
  });

  it.each(ROLES)('of the %s alone is done in time while both are away', async (role) => {
    const app = await start([role]);
    kafka.blackHole();
    postgres.cut();
    await stopInTime(app);
  });
});
