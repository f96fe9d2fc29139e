// Starts the built dist as a newcomer would: healthy, GraphiQL there, one message sent and delivered, a second start
// with the state kept. Then on Kafka, the roles split over two processes: one message sent and delivered. Ends with 1
// and the processes' output when any of it fails.
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '../dist/database/embedded-postgres.js';
import { startBroker, whyNoBroker } from '../kafka/broker.mjs';
import { expectOk, graphql, sendOne, start, untilReady } from './smoke-process.mjs';

const SECOND_START_MS_MAX = 5_000;

const dataDir = await mkdtemp(join(tmpdir(), 'parley-smoke-'));
const processes = [];
const servers = [];
try {
  await onTheEmbeddedLog(join(dataDir, 'embedded'));
  const missing = whyNoBroker();
  if (missing === undefined) await onKafka(join(dataDir, 'kafka'));
  else if (isRequired('kafka')) throw new Error(`PARLEY_REQUIRE names kafka, and there is none: ${missing}.`);
  else console.warn(`*** The smoke test on Kafka is skipped: ${missing}. ***`);
  console.log('smoke test passed');
} catch (error) {
  console.error(error.message);
  for (const one of processes) {
    console.error(one.output());
    one.kill();
  }
  process.exitCode = 1;
} finally {
  for (const server of servers.reverse()) await server.stop();
  await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
}

async function onTheEmbeddedLog(dataDir) {
  const env = { PARLEY_DATA_DIR: dataDir };
  const first = await keep(start(env));
  console.log(`first start: ${first.milliseconds} ms`);
  await expectOk(`${first.url}/healthz`);
  await expectOk(`${first.url}/readyz`);
  const page = await expectOk(`${first.url}/graphiql`);
  const script = /src="([^"]+\.js)"/.exec(page)?.[1];
  await expectOk(new URL(script, first.url));
  await sendOne(first.url, first.printedKey);
  await first.stop();

  const second = await keep(start(env));
  console.log(`second start: ${second.milliseconds} ms`);
  if (second.milliseconds > SECOND_START_MS_MAX) throw new Error('The second start took too long.');
  const { conversations } = await graphql(
    second.url,
    second.printedKey,
    '{ conversations(first: 10) { nodes { messages(last: 5) { nodes { content { text } } } } } }',
  );
  if (!JSON.stringify(conversations).includes('Smoke')) throw new Error('The message is gone after the second start.');
  await second.stop();
}

async function onKafka(dataDir) {
  const [broker, postgres] = await Promise.all([
    startBroker({ dataDir: join(dataDir, 'broker') }),
    startEmbeddedPostgres({ dataDir }),
  ]);
  servers.push(broker, postgres);
  const key = 'pk_smoke-000000000000000000000000000000000000';
  const env = {
    KAFKA_BROKERS: broker.brokers,
    DATABASE_URL: postgres.url,
    PARLEY_DATA_DIR: dataDir,
    PARLEY_SECRET_KEY: randomBytes(32).toString('base64'),
    PARLEY_BOOTSTRAP_API_KEY: key,
  };
  const api = await keep(start(env, ['--roles', 'api,projector']));
  const workers = await keep(start({ ...env, PARLEY_PUBLIC_URL: api.url }, ['--roles', 'interpreter,dispatcher']));
  await Promise.all([api, workers].map(({ url }) => untilReady(url)));
  await sendOne(api.url, key);
  await Promise.all([workers.stop(), api.stop()]);
  console.log('on Kafka, as two processes: sent and read');
}

async function keep(starting) {
  const started = await starting;
  processes.push(started);
  return started;
}

function isRequired(what) {
  return (process.env.PARLEY_REQUIRE ?? '').split(',').includes(what);
}
