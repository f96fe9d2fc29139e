import { connect } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { buildParleySchema } from '../../../src/schema/build-schema.js';
import { eventually } from '../../support/eventually.js';
import { bombs } from './bombs.js';
import { textPlaces } from './places.js';
import { app, owner } from './sweep-rig.js';
import type { World } from './world.js';

const schema = buildParleySchema();

/** Each message of a batch is the input of a single send: it is asked for there. */
const texts = textPlaces(schema).filter(({ name }) => !name.startsWith('Mutation.sendMessages('));

const HOSTILE: readonly (readonly [string, string])[] = [
  ['CR LF, and what Latin-1 lacks', 'a\r\nx-injected: 1\r\n\r\nдру́г 友達 🏳️‍🌈 \u202e\u2028'],
  ['NUL', 'a\0b'],
  ['half of a surrogate pair', 'a\ud800b'],
  ['64 kB', 'x'.repeat(65_536)],
];

describe('F25: hostile text, wherever the schema takes one, is taken as it is or refused with a word', () => {
  it.each(texts.map((place) => [place.name, place] as const))('%s', async (_name, place) => {
    if (place.operation === 'subscription') return expect(await hostileSubscriptions(place)).toEqual([]);
    const answers = HOSTILE.map(async ([what, text]) => {
      const { query, variables } = place.request(owner, text);
      return { what, ...(await owner.client.ask(query, variables)) };
    });
    for (const { what, status, data, errors } of await Promise.all(answers)) {
      const codes = [...JSON.stringify({ data, errors }).matchAll(/"code":"(\w+)"/g)].map(([, code]) => code);
      expect([what, status < 500, codes.filter((code) => FAULTS.includes(code ?? ''))]).toEqual([what, true, []]);
      expect(data !== undefined || (errors?.length ?? 0) > 0).toBe(true);
    }
  });

  const FAULTS = ['INTERNAL_SERVER_ERROR', 'UNAVAILABLE'];
  async function hostileSubscriptions(place: {
    request: (world: World, text: string) => { query: string; variables: object };
  }) {
    const faults: string[] = [];
    for (const [, text] of HOSTILE) {
      const { query, variables } = place.request(owner, text);
      const client = owner.client.socket();
      const said = new Promise<unknown>((resolve) => {
        client.subscribe(
          { query, variables: { ...variables } },
          { next: resolve, error: resolve, complete: () => undefined },
        );
        // A filter may be one that nothing ever passes: what was refused is told before the answer of what came after it.
        client.subscribe(
          { query: '{ cursor }' },
          { next: () => resolve(undefined), error: resolve, complete: () => undefined },
        );
      });
      const words = JSON.stringify((await said) ?? null);
      faults.push(...FAULTS.filter((code) => words.includes(code)));
      await client.dispose();
    }
    return faults;
  }

  it.each([
    ['a header of 64 kB', `x-hub: ${'x'.repeat(65_536)}`, 431],
    ['a header with a NUL', 'x-hub: a\0b', 400],
    ['a header that is folded', 'x-hub: a\r\n b', 400],
    ['a header that no Latin-1 is', 'x-hub: \u00c3\u00a9\u00ff', 401],
  ])('%s on a webhook', async (_what, header, status) => {
    const path = `/webhooks/sandbox/${app.channelId}`;
    const head = `POST ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: 2\r\n${header}\r\n\r\n{}`;
    expect(await rawStatusOf(Buffer.from(head, 'latin1'))).toBe(status);
  });
});

function rawStatusOf(request: Buffer): Promise<number> {
  const { hostname, port } = new URL(app.url);
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(Number(port), hostname, () => socket.write(request));
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString('latin1')));
    socket.on('error', reject).on('close', () => resolve(Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1])));
  });
}

const CPU_MAX_MS = 1_500;

/** Of this process: the server runs in it, and so does whoever asks. */
async function cpuMsOf(work: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

describe('F27, F28: GraphQL that is too much', () => {
  it.each(bombs())('%s, over HTTP', async (_what, body) => {
    const spent = await cpuMsOf(async () => {
      const headers = { 'content-type': 'application/json', 'x-api-key': app.apiKey };
      const answer = await fetch(`${app.url}/graphql`, { method: 'POST', headers, body });
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.status).toBeLessThan(500);
      const { errors } = (await answer.json()) as { errors: { message: string; extensions: { code: string } }[] };
      expect(errors.length).toBeGreaterThan(0);
      expect(JSON.stringify(errors)).not.toMatch(/Did you mean|node_modules|stacktrace/);
    });
    expect(spent).toBeLessThan(CPU_MAX_MS);
  });

  it.each(bombs())('%s, over WebSocket', async (_what, payload) => {
    const spent = await cpuMsOf(async () => {
      const socket = await openSocket();
      const said = new Promise<string>((resolve) => {
        socket.on('message', (data: Buffer) => resolve(data.toString()));
        socket.on('close', (code) => resolve(`closed ${code}`));
      });
      socket.send(`{"id":"1","type":"subscribe","payload":${payload}}`);
      expect(await said).toMatch(
        /^\{"id":"1","type":"error"|^\{"id":"1","type":"next","payload":\{"errors"|closed (1009|4400)/,
      );
      socket.terminate();
    });
    expect(spent).toBeLessThan(CPU_MAX_MS);
  });

  it('leaves nothing behind: memory comes back', async () => {
    const headers = { 'content-type': 'application/json', 'x-api-key': app.apiKey };
    const before = heapMiB();
    for (let round = 0; round < 2; round += 1) {
      for (const [, body] of bombs()) {
        await (await fetch(`${app.url}/graphql`, { method: 'POST', headers, body })).text();
      }
    }
    expect(heapMiB() - before).toBeLessThan(48);
    expect((await fetch(`${app.url}/healthz`)).status).toBe(200);
  });
});

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function heapMiB(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed / 1_048_576;
}

async function openSocket(): Promise<WebSocket> {
  const socket = new WebSocket(`${app.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  socket.send(JSON.stringify({ type: 'connection_init', payload: { apiKey: app.apiKey } }));
  await new Promise((resolve) => socket.once('message', resolve));
  return socket;
}

describe('F30: connections that say nothing, and one that asks too much', () => {
  it('closes with 4408 who opens a socket and never says who it is, and lets others go on meanwhile', async () => {
    const { hostname, port } = new URL(app.url);
    const halfOpen = Array.from({ length: 200 }, () => connect(Number(port), hostname));
    for (const socket of halfOpen)
      socket.on('error', () => undefined).write('GET /graphql HTTP/1.1\r\nupgrade: websocket\r\n');
    const silent = Array.from(
      { length: 100 },
      () => new WebSocket(`${app.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws'),
    );
    const codes = silent.map((socket) => new Promise<number>((resolve) => socket.once('close', resolve)));
    const busy = await openSocket();
    expect(await app.client.run('{ cursor }')).toHaveProperty('cursor');
    expect(new Set(await Promise.all(codes))).toEqual(new Set([4408]));
    expect(busy.readyState).toBe(WebSocket.OPEN);
    busy.terminate();
    for (const socket of halfOpen) socket.destroy();
  });

  it('runs 200 of 1,000 subscriptions of one socket, and those of others', async () => {
    const greedy = await openSocket();
    const refused: string[] = [];
    greedy.on('message', (data: Buffer) => refused.push(data.toString()));
    for (let id = 0; id < 1_000; id += 1) {
      greedy.send(JSON.stringify({ id: `s${id}`, type: 'subscribe', payload: { query: WATCH } }));
    }
    await eventually(() => expect(refused.length).toBe(800));
    for (const answer of refused) expect(answer).toContain('RATE_LIMITED');
    const other = app.client.watch(WATCH, {});
    await app.client.run(
      `mutation ($id: ID!) { sendMessage(input: { channelId: "${app.channelId}", to: { conversationId: $id },
        content: { text: { text: "Still there?" } } }) { cursor } }`,
      { id: await conversationOfDemo() },
    );
    await eventually(() => expect(other.items.length).toBeGreaterThan(0));
    expect(other.errors).toEqual([]);
    await other.stop();
    greedy.terminate();
  });
});

const WATCH = 'subscription { inboxUpdated { cursor } }';

async function conversationOfDemo(): Promise<string> {
  const { conversations } = await app.client.run<{ conversations: { nodes: { id: string }[] } }>(
    'query ($of: ID!) { conversations(first: 1, filter: { channelIds: [$of] }) { nodes { id } } }',
    { of: app.channelId },
  );
  return conversations.nodes[0]?.id ?? expect.unreachable();
}

describe('a schema that is hidden', () => {
  it('answers no introspection, over HTTP or WebSocket, and isn’t to be had by its address', async () => {
    for (const query of ['{ __schema { types { name } } }', '{ __type(name: "Message") { name } }']) {
      const { status, data, errors } = await app.client.ask(query);
      expect([status, data, errors?.[0]?.extensions.code]).toEqual([400, undefined, 'GRAPHQL_VALIDATION_FAILED']);
      const socket = await openSocket();
      const said = new Promise<string>((resolve) => socket.once('message', (text: Buffer) => resolve(text.toString())));
      socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }));
      expect(await said).toContain('GRAPHQL_VALIDATION_FAILED');
      socket.terminate();
    }
    expect((await fetch(`${app.url}/schema.graphql`)).status).toBe(404);
    expect(await app.client.run('{ __typename viewer { __typename } }')).toEqual({
      __typename: 'Query',
      viewer: { __typename: 'Viewer' },
    });
  });
});
