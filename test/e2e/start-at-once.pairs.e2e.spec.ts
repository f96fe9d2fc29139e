import { createServer, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp, type App } from '../../src/app.js';
import { readConfig, ROLES, type Role } from '../../src/config.js';
import { STORIES } from '../../src/demo/stories.js';
import type { Readiness } from '../../src/http/health.js';
import { apiClient, type ApiClient } from '../support/api-client.js';
import { cloneDatabase, type ClonedDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { deleteTopics, kafkaBrokers, newTopicPrefix } from '../support/kafka.js';
import { temporaryDataDir } from '../support/parley-process.js';
import { withClient } from '../support/with-client.js';

/** Each one's own: machines share no disk. */
type DataDir = Awaited<ReturnType<typeof temporaryDataDir>>;

const prefix = newTopicPrefix();
let database: ClonedDatabase;
let publicUrl = '';
const dataDirs: DataDir[] = [];
const apps: { readonly role: Role; readonly app: App }[] = [];

beforeAll(async () => {
  database = await cloneDatabase();
  await withClient(database.url, (client) => client.query('drop schema drizzle, read, work, config, log cascade'));
  const publicPort = await freePort();
  publicUrl = `http://127.0.0.1:${publicPort}`;
  const start = async (role: Role, port: number) => {
    const dataDir = await temporaryDataDir();
    dataDirs.push(dataDir);
    const env = {
      PORT: String(port),
      DATABASE_URL: database.url,
      KAFKA_BROKERS: kafkaBrokers(),
      PARLEY_TOPIC_PREFIX: prefix,
      PARLEY_SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
      PARLEY_PUBLIC_URL: publicUrl,
      PARLEY_DATA_DIR: dataDir.path,
      PARLEY_LOG_LEVEL: 'silent',
    };
    apps.push({ role, app: await createApp(readConfig(env, [role])) });
  };
  await Promise.all(ROLES.flatMap((role) => [start(role, role === 'api' ? publicPort : 0), start(role, 0)]));
});
afterAll(async () => {
  await Promise.all(apps.map(({ app }) => app.stop()));
  await deleteTopics(prefix);
  await Promise.all(dataDirs.map((dir) => dir.remove()));
  await database.drop();
});

const appsOf = (role: Role) => apps.flatMap((one) => (one.role === role ? [one.app] : []));
const count = async (statement: string) =>
  withClient(database.url, async (client) => {
    const { rows } = await client.query<{ count: string }>(`select count(*) from ${statement}`);
    return Number(rows[0]?.count);
  });

/** The second is the one that webhooks are posted to. */
async function clients(): Promise<readonly [ApiClient, ApiClient]> {
  const apis = appsOf('api').sort((a, b) => Number(a.url === publicUrl) - Number(b.url === publicUrl));
  const [first, second] = await Promise.all(
    apis.map(async ({ url, ready }) => apiClient(url, (await ready).apiKey ?? '')),
  );
  if (first === undefined || second === undefined) throw new Error('Two of each were started.');
  return [first, second];
}

async function send(by: ApiClient, phoneNumber: string): Promise<string> {
  const found = await by.run<{ channels: { nodes: { id: string }[] } }>('{ channels { nodes { id } } }');
  const input = { channelId: found.channels.nodes[0]?.id, to: { phoneNumber }, content: { text: { text: 'Hello' } } };
  const mutation = `mutation ($input: SendMessageInput!) { sendMessage(input: $input) { message { id } } }`;
  return (await by.run<{ sendMessage: { message: { id: string } } }>(mutation, { input })).sendMessage.message.id;
}

const statusOf = async (by: ApiClient, id: string) =>
  (await by.run<{ message: { status: string } | null }>('query ($id: ID!) { message(id: $id) { status } }', { id }))
    .message?.status;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('two processes of each role, started at the same moment on an empty Postgres and an empty Kafka', () => {
  it('all become ready, each with its own role only', async () => {
    for (const { role, app } of apps) {
      const { apiKey } = await app.ready;
      expect(apiKey !== undefined).toBe(role === 'api');
      await eventually(async () => {
        const answer = await fetch(`${app.url}/readyz`);
        const readiness = (await answer.json()) as Readiness;
        expect(readiness).toMatchObject({ isReady: true, reasons: [] });
        expect(Object.keys(readiness.roles)).toEqual([role]);
      });
    }
  });

  it('make one workspace, one demo channel and one set of demo threads', async () => {
    expect(await count('config.workspaces')).toBe(1);
    expect(await count('config.channels')).toBe(1);
    expect(await count('work.addresses')).toBe(STORIES.length);
    const messages = STORIES.flatMap(({ lines }) => lines).length;
    await eventually(async () => expect(await count('read.messages')).toBe(messages));
    expect(await count('read.conversations')).toBe(STORIES.length);
    expect(await count('work.dead_letters')).toBe(0);
  });

  it('carry a message from either API to its contact and back, seen on both', async () => {
    const both = await clients();
    for (const [index, by] of both.entries()) {
      const id = await send(by, `+1555090000${index}`);
      for (const reader of both) await eventually(async () => expect(await statusOf(reader, id)).toBe('READ'));
    }
  });

  it('answer requests and webhooks only where the API is, and health and metrics everywhere', async () => {
    const [api] = await clients();
    const { channels } = await api.run<{ channels: { nodes: { id: string }[] } }>('{ channels { nodes { id } } }');
    const webhook = `/webhooks/sandbox/${channels.nodes[0]?.id ?? ''}`;
    for (const { role, app } of apps) {
      for (const path of ['/healthz', '/metrics']) expect((await fetch(`${app.url}${path}`)).status).toBe(200);
      for (const path of ['/graphql', '/graphiql', '/schema.graphql', '/asyncapi.json', webhook, '/']) {
        const { status } = await fetch(`${app.url}${path}`, { method: 'GET', redirect: 'manual' });
        if (role === 'api') expect(status, path).not.toBe(404);
        else expect(status, `${role} ${path}`).toBe(404);
      }
    }
  });

  it('tell their lag, which is nothing once all is read, and share the partitions of a group', async () => {
    const groups = { interpreter: 'interpreter', projector: 'projector', dispatcher: 'dispatcher' } as const;
    for (const role of Object.values(groups))
      await eventually(async () => {
        const texts = await Promise.all(appsOf(role).map(async ({ url }) => (await fetch(`${url}/metrics`)).text()));
        const lags = texts.flatMap((text) => [...text.matchAll(/^parley_log_consumer_lag\{(.*)\} (\d+)$/gm)]);
        expect(lags.map(([, labels]) => /partition="(\d+)"/.exec(labels ?? '')?.[1]).sort()).toEqual(
          Array.from({ length: 12 }, (_, partition) => String(partition)).sort(),
        );
        expect(lags.every(([, labels, lag]) => lag === '0' && labels?.includes(`group="${groups[role]}"`))).toBe(true);
      });
  });

  it('stop within 10 s each, and what one of a role leaves the other takes up', async () => {
    const [, staying] = await clients();
    for (const role of ROLES) {
      const leaving = appsOf(role).find(({ url }) => url !== publicUrl);
      const began = performance.now();
      await leaving?.stop();
      expect(performance.now() - began, role).toBeLessThan(10_000);
    }
    // Sixteen conversations: some of each partition that the others had.
    const sent = await Promise.all(Array.from({ length: 16 }, (_, index) => send(staying, `+15550901${100 + index}`)));
    for (const id of sent)
      await eventually(async () => expect(await statusOf(staying, id)).toBe('READ'), { timeoutMs: 30_000 });
  });
});
