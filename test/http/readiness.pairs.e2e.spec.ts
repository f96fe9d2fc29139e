import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createApp, type App } from '../../src/app.js';
import { readConfig, ROLES } from '../../src/config.js';
import type { Readiness } from '../../src/http/health.js';
import { cloneDatabase, type ClonedDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { deleteTopics, kafkaBrokers, newTopicPrefix } from '../support/kafka.js';
import { startKafkaProxy, type KafkaProxy } from '../support/kafka-proxy.js';
import { temporaryDataDir } from '../support/parley-process.js';
import { startPostgresProxy, type PostgresProxy } from '../support/postgres-proxy.js';

/** Two seconds for each look, both at the same time; the rest is for a busy machine. */
const TOLD_WITHIN_MS = 4_000;

let database: ClonedDatabase;
let data: Awaited<ReturnType<typeof temporaryDataDir>>;
let postgres: PostgresProxy;
let kafka: KafkaProxy;
let prefix: string;
beforeAll(async () => {
  database = await cloneDatabase();
  data = await temporaryDataDir();
  prefix = newTopicPrefix();
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

const steps: string[] = [];
const start = (env: Readonly<Record<string, string>> = {}): Promise<App> =>
  createApp(
    readConfig({
      PORT: '0',
      DATABASE_URL: postgres.url,
      KAFKA_BROKERS: kafka.brokers,
      PARLEY_TOPIC_PREFIX: prefix,
      PARLEY_DATA_DIR: data.path,
      PARLEY_LOG_LEVEL: 'silent',
      ...env,
    }),
    { onStep: (title) => steps.push(title) },
  );

async function ask(app: App): Promise<Readiness & { readonly status: number }> {
  const began = performance.now();
  const answer = await fetch(`${app.url}/readyz`);
  const readiness = (await answer.json()) as Readiness;
  expect(performance.now() - began).toBeLessThan(TOLD_WITHIN_MS);
  expect((await fetch(`${app.url}/healthz`)).status).toBe(200);
  return { ...readiness, status: answer.status };
}

const untilReady = (app: App) =>
  eventually(async () => expect(await ask(app)).toMatchObject({ status: 200, isReady: true, reasons: [] }), {
    timeoutMs: 20_000,
  });
const lagsOf = async (app: App) =>
  (await (await fetch(`${app.url}/metrics`)).text()).match(/^parley_log_consumer_lag\{.*$/gm) ?? [];

describe('/readyz of a running process', () => {
  let app: App;
  beforeEach(async () => {
    app = await start();
    await app.ready;
    await untilReady(app);
  });
  afterEach(() => app.stop());

  const KAFKA_AWAY = 'log: away (Kafka can’t be reached)';
  it.each([
    ['refuses', () => kafka.cut()],
    ['swallows everything', () => kafka.blackHole()],
  ])('names Kafka while it %s, for every role, and is ready again by itself', async (_case, takeAway) => {
    // Ready is who has joined its group; which partitions it holds it may learn a moment later.
    await eventually(async () => expect(await lagsOf(app)).toHaveLength(3 * 12), { timeoutMs: 20_000 });
    takeAway();
    const told = await eventually(async () => {
      const readiness = await ask(app);
      expect(readiness.status).toBe(503);
      return readiness;
    });
    expect(told.reasons).toEqual([KAFKA_AWAY]);
    for (const role of ROLES) expect(told.roles[role]?.isReady, role).toBe(false);
    expect(await lagsOf(app)).toEqual([]);
    kafka.heal();
    await untilReady(app);
    await eventually(async () => expect(await lagsOf(app)).toHaveLength(3 * 12), { timeoutMs: 20_000 });
  });

  it('names Postgres while it is away, and is ready again by itself', async () => {
    postgres.cut();
    expect((await ask(app)).reasons).toContain('postgres: away (PostgreSQL can’t be reached)');
    postgres.heal();
    await untilReady(app);
  });
});

describe('a start', () => {
  it('waits for both, says what it waits for, and becomes ready alone', async () => {
    postgres.cut();
    kafka.cut();
    const app = await start();
    const waitsFor = (reason: string) =>
      eventually(async () => expect(await ask(app)).toMatchObject({ status: 503, reasons: [reason] }), {
        timeoutMs: 20_000,
      });
    await waitsFor('PostgreSQL and Kafka are away');
    expect(steps).toContain('Waiting: PostgreSQL and Kafka are away');
    postgres.heal();
    await waitsFor('Kafka is away');
    kafka.heal();
    await app.ready;
    await untilReady(app);
    await app.stop();
  });

  it('ends with what to do where waiting is no use', async () => {
    const app = await start({ PARLEY_PARTITIONS: '5' });
    await expect(app.ready).rejects.toThrow('PARLEY_PARTITIONS=12');
    await app.stop();
  });
});
