import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createClient, type Client } from 'graphql-ws';
import WebSocket from 'ws';
import { apiClient, type ApiClient } from '../support/api-client.js';
import { eventually } from '../support/eventually.js';
import { scrape } from '../support/scrape.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

const UNAUTHENTICATED_SOCKETS = 60;
const CREATE = `mutation ($input: CreateApiKeyInput!) {
  createApiKey(input: $input) { apiKey { id limits { requestsPerSecond sendsPerSecond sockets } } secret userErrors { code field } }
}`;
const ROTATE = `mutation ($input: RotateApiKeyInput!) {
  rotateApiKey(input: $input) { apiKey { limits { requestsPerSecond sockets } } userErrors { code field } }
}`;
const SEND = `mutation ($input: SendMessageInput!) { sendMessage(input: $input) { message { id } userErrors { code } } }`;
const BATCH = `mutation ($input: SendMessagesInput!) {
  sendMessages(input: $input) { userErrors { code } results { message { id } userErrors { code retryAfterMs } } }
}`;
const WATCH = 'subscription { inboxUpdated { cursor } }';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({
    PARLEY_TRUSTED_PROXIES: '127.0.0.0/8',
    PARLEY_LIMIT_FAILED_AUTHENTICATIONS: '1',
    PARLEY_LIMIT_UNAUTHENTICATED_SOCKETS: String(UNAUTHENTICATED_SOCKETS),
  });
});
afterAll(() => app.stop());

const sockets: WebSocket[] = [];
const clients: Client[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.terminate();
  for (const one of clients.splice(0)) await one.dispose();
});

interface Made {
  readonly createApiKey: {
    readonly apiKey: { readonly id: string; readonly limits: object } | null;
    readonly secret: string | null;
    readonly userErrors: readonly object[];
  };
}
const SCOPES = ['MESSAGES_SEND', 'MESSAGES_READ', 'KEYS_ADMIN', 'CONTACTS_READ'];
const make = async (limits: object, by: ApiClient = app.client) =>
  (await by.run<Made>(CREATE, { input: { name: 'limited', scopes: SCOPES, limits } })).createApiKey;
const limited = async (limits: object) => {
  const { secret } = await make(limits);
  return { secret: secret ?? '', client: apiClient(app.url, secret ?? '') };
};
const message = (n: number) => ({
  ...{ channelId: app.channelId, to: { phoneNumber: '+15550100009' }, content: { text: { text: `number ${n}` } } },
});
const post = (query: string, headers: Readonly<Record<string, string>>, more: object = {}) =>
  fetch(`${app.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, ...more }),
  });
const refusals = async (limit: string) => (await scrape(app.url)).value('parley_rate_limited_total', { limit }) ?? 0;

function open(headers: Readonly<Record<string, string>> = {}): WebSocket {
  const socket = new WebSocket(`${app.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', { headers });
  socket.on('error', () => undefined);
  sockets.push(socket);
  return socket;
}
const closeOf = (socket: WebSocket) => new Promise<number>((resolve) => socket.once('close', resolve));
/** Resolves when the server took the key; rejects with the code that it closed the socket with. */
async function initialise(socket: WebSocket, apiKey: string): Promise<void> {
  const acknowledged = new Promise<void>((resolve, reject) => {
    socket.once('message', () => resolve());
    socket.once('close', (code) => reject(new Error(String(code))));
  });
  if (socket.readyState !== socket.OPEN) await once(socket, 'open');
  socket.send(JSON.stringify({ type: 'connection_init', payload: { apiKey } }));
  await acknowledged;
}

describe('the limits of a key', () => {
  it('are set when it is made, shown, inherited, changed by a rotation, and never above those of who sets them', async () => {
    const { secret, apiKey } = await make({ requestsPerSecond: 40, sockets: 3 });
    expect(apiKey?.limits).toEqual({ requestsPerSecond: 40, sendsPerSecond: null, sockets: 3 });
    const own = apiClient(app.url, secret ?? '');
    expect(await make({ requestsPerSecond: 41 }, own)).toMatchObject({
      apiKey: null,
      userErrors: [{ code: 'INPUT_INVALID', field: ['limits', 'requestsPerSecond'] }],
    });
    expect((await make({ sockets: 0 }, own)).userErrors).toMatchObject([{ field: ['limits', 'sockets'] }]);
    const child = await make({ sockets: 2 }, own);
    expect(child.apiKey?.limits).toEqual({ requestsPerSecond: 40, sendsPerSecond: null, sockets: 2 });
    const input = { id: apiKey?.id, limits: { requestsPerSecond: 30 } };
    expect(await app.client.run(ROTATE, { input })).toEqual({
      rotateApiKey: { apiKey: { limits: { requestsPerSecond: 30, sockets: 3 } }, userErrors: [] },
    });
    expect(await own.run(ROTATE, { input: { ...input, limits: { requestsPerSecond: 99 } } })).toMatchObject({
      rotateApiKey: { apiKey: null, userErrors: [{ code: 'INPUT_INVALID', field: ['limits', 'requestsPerSecond'] }] },
    });
  });

  it('answer 429 with Retry-After to a request too many, and go on by then', async () => {
    const { secret, client } = await limited({ requestsPerSecond: 5 });
    const before = await refusals('requests');
    const answers = await Promise.all(Array.from({ length: 60 }, () => post('{ cursor }', { 'x-api-key': secret })));
    const refused = answers.filter(({ status }) => status === 429);
    expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(5);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]?.headers.get('retry-after')).toBe('1');
    const { errors } = (await refused[0]?.json()) as { errors: { extensions: { retryAfterMs: number } }[] };
    expect(errors).toMatchObject([{ extensions: { code: 'RATE_LIMITED' } }]);
    expect(errors[0]?.extensions.retryAfterMs).toBeGreaterThan(0);
    expect(errors[0]?.extensions.retryAfterMs).toBeLessThanOrEqual(1_000);
    expect(await refusals('requests')).toBe(before + refused.length);
    expect((await app.client.ask('{ cursor }')).status).toBe(200);
    await eventually(async () => expect((await client.ask('{ cursor }')).status).toBe(200));
  });

  it('tell what each query costs and what is left, and refuse with 429 what is dearer than that', async () => {
    const { secret, client } = await limited({ costPerSecond: 100 });
    const dear =
      'query Q($n: Int!) { conversations(first: $n) { nodes { id contact { id messages(first: 99) { nodes { id } } } } } }';
    const answer = await post(dear, { 'x-api-key': secret }, { variables: { n: 100 } });
    expect(answer.status).toBe(200);
    const { extensions } = (await answer.json()) as { extensions: { cost: Record<string, unknown> } };
    const { requested, remaining, resetAt } = extensions.cost;
    expect(requested).toBeGreaterThan(15_000);
    expect(Number(remaining)).toBeLessThan(25_000 - Number(requested) + 100);
    expect(Date.parse(String(resetAt))).toBeGreaterThan(Date.now() + 60_000);
    const refused = await post(dear, { 'x-api-key': secret }, { variables: { n: 100 } });
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(10);
    expect(await refused.json()).toMatchObject({
      errors: [{ extensions: { code: 'RATE_LIMITED' } }],
      extensions: { cost: { requested } },
    });
    expect((await client.ask('{ cursor }')).status).toBe(200);
  });

  it('refuse a send too many before it is executed, and of a batch only what is too much', async () => {
    const { client } = await limited({ sendsPerSecond: 4 });
    const messages = Array.from({ length: 7 }, (_, n) => message(n));
    const { sendMessages } = await client.run<{
      sendMessages: { results: { message: object | null; userErrors: { retryAfterMs: number }[] }[] };
    }>(BATCH, { input: { messages } });
    expect(sendMessages.results.map(({ message: sent }) => sent !== null)).toEqual([
      ...[true, true, true, true],
      ...[false, false, false],
    ]);
    expect(sendMessages.results[6]?.userErrors).toMatchObject([{ code: 'RATE_LIMITED', retryAfterMs: 1_000 }]);
    const answers = await Promise.all(Array.from({ length: 30 }, (_, n) => client.ask(SEND, { input: message(n) })));
    const refused = answers.find(({ status }) => status === 429);
    expect(refused).toMatchObject({ errors: [{ extensions: { code: 'RATE_LIMITED' } }] });
    expect(await refusals('sends')).toBeGreaterThanOrEqual(2);
    await eventually(async () =>
      expect(await client.ask(SEND, { input: message(9) })).toMatchObject({ status: 200, data: { sendMessage: {} } }),
    );
    // Too large is told as ever.
    const many = Array.from({ length: 501 }, (_, n) => message(n));
    await eventually(async () =>
      expect(await client.ask(BATCH, { input: { messages: many } })).toMatchObject({
        data: { sendMessages: { userErrors: [{ code: 'BATCH_TOO_LARGE' }] } },
      }),
    );
  });

  it('hold over a WebSocket too: an error of the one operation, and the cost beside each answer', async () => {
    const { secret } = await limited({ requestsPerSecond: 3 });
    const socket = open();
    await initialise(socket, secret);
    const told: { id: string; type: string; payload?: unknown }[] = [];
    socket.on('message', (data: Buffer) => told.push(JSON.parse(data.toString()) as (typeof told)[number]));
    for (let n = 0; n < 40; n += 1)
      socket.send(JSON.stringify({ id: String(n), type: 'subscribe', payload: { query: '{ cursor }' } }));
    await eventually(() => expect(told.filter(({ type }) => type !== 'next')).toHaveLength(40));
    const answers = told.filter(({ type }) => type === 'next');
    expect(answers.length).toBeGreaterThanOrEqual(3);
    expect(answers[0]?.payload).toMatchObject({ data: {}, extensions: { cost: { requested: 1 } } });
    const errors = told.filter(({ type }) => type === 'error');
    expect(errors.length).toBeGreaterThan(0);
    expect(errors[0]?.payload).toMatchObject([{ extensions: { code: 'RATE_LIMITED' } }]);
    expect(socket.readyState).toBe(socket.OPEN);
  });
});

describe('F30: whoever opens and holds', () => {
  it('2,000 idle sockets leave others what they have, and their key no more than its own', async () => {
    const { secret } = await limited({ sockets: 2_000 });
    for (let wave = 0; wave < 50; wave += 1)
      await Promise.all(Array.from({ length: 40 }, () => initialise(open(), secret)));
    await expect(initialise(open(), secret)).rejects.toThrow('4290');
    expect(await refusals('sockets')).toBe(1);
    const begun = performance.now();
    expect(await app.client.run<object>(SEND, { input: message(1) })).toMatchObject({
      sendMessage: { userErrors: [] },
    });
    const watch = app.client.watch<object>(WATCH);
    await app.client.run(SEND, { input: message(2) });
    await eventually(() => expect(watch.items.length + watch.errors.length).toBeGreaterThan(0));
    expect(watch.errors).toEqual([]);
    await watch.stop();
    expect(performance.now() - begun).toBeLessThan(5_000);
    // One that is closed makes room for another.
    sockets[0]?.close();
    await eventually(() => initialise(open(), secret));
  });

  it('who never says who he is goes after 3 s with 4408, and too many of one address are not let in', async () => {
    const begun = performance.now();
    const silent = Array.from({ length: UNAUTHENTICATED_SOCKETS }, () => open({ 'x-forwarded-for': '192.0.2.1' }));
    const closed = silent.map(closeOf);
    await Promise.all(silent.map((socket) => once(socket, 'open')));
    const refused = open({ 'x-forwarded-for': '198.51.100.9, 192.0.2.1' });
    const [, answer] = (await once(refused, 'unexpected-response')) as [unknown, { statusCode: number }];
    expect(answer.statusCode).toBe(429);
    // Of another address, and who has said who he is, anybody.
    await initialise(open({ 'x-forwarded-for': '192.0.2.2' }), app.apiKey);
    expect(new Set(await Promise.all(closed))).toEqual(new Set([4408]));
    expect(performance.now() - begun).toBeLessThan(10_000);
    await initialise(open({ 'x-forwarded-for': '192.0.2.1' }), app.apiKey);
  });

  it('1,000 subscriptions over the sockets of one key are cut at its limit; others have theirs', async () => {
    const { secret } = await limited({ subscriptions: 150 });
    const codes: (string | undefined)[] = [];
    const client = (apiKey: string) => {
      const made = createClient({
        ...{ url: `${app.url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket, retryAttempts: 0 },
        connectionParams: { apiKey },
      });
      clients.push(made);
      return made;
    };
    const codeOf = (error: unknown) =>
      Array.isArray(error) ? (error as { extensions?: { code?: string } }[])[0]?.extensions?.code : 'closed';
    const subscribe = (on: Client, count: number) => {
      for (let n = 0; n < count; n += 1)
        on.subscribe(
          { query: WATCH },
          {
            next: ({ errors }) => errors && codes.push(String(errors[0]?.extensions?.['code'])),
            error: (error) => codes.push(codeOf(error)),
            complete: () => undefined,
          },
        );
    };
    // On one socket: whatever is beyond 200 at a time is refused there, and of those 200 the key's 150 stay.
    const one = client(secret);
    subscribe(one, 1_000);
    await eventually(() => expect(codes).toHaveLength(850));
    expect(new Set(codes)).toEqual(new Set(['RATE_LIMITED']));
    expect((await scrape(app.url)).value('parley_subscriptions')).toBe(150);
    const watch = app.client.watch<object>(WATCH);
    await eventually(async () => expect((await scrape(app.url)).value('parley_subscriptions')).toBe(151));
    expect(watch.errors).toEqual([]);
    await watch.stop();
    // What ends makes room.
    await one.dispose();
    await eventually(async () => expect((await scrape(app.url)).value('parley_subscriptions')).toBe(0));
    codes.length = 0;
    subscribe(client(secret), 140);
    await eventually(async () => expect((await scrape(app.url)).value('parley_subscriptions')).toBe(140));
    expect(codes).toEqual([]);
  });
});

describe('wrong keys from an address', () => {
  const attempt = (from: string, apiKey: string) =>
    post('{ cursor }', { 'x-api-key': apiKey, 'x-forwarded-for': from });

  const untilRefused = async (from: string) => {
    for (let after = 0; ; after += 1) {
      const refused = await attempt(from, `pk_wrong-${after}`);
      if (refused.status === 429) return { refused, after };
      expect(refused.status).toBe(401);
    }
  };

  it('are looked up only so often; keys that are known here, and other addresses, go on', async () => {
    const known = await limited({});
    expect((await attempt('203.0.113.7', known.secret)).status).toBe(200);
    const { refused, after } = await untilRefused('203.0.113.7');
    expect(after).toBeGreaterThanOrEqual(10);
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(await refused.json()).toMatchObject({ errors: [{ extensions: { code: 'RATE_LIMITED' } }] });
    expect((await attempt('203.0.113.7', known.secret)).status).toBe(200);
    expect((await attempt('203.0.113.8', 'pk_wrong')).status).toBe(401);
    // What stands before the address that the proxy has added is whatever the client wrote.
    expect((await untilRefused('203.0.113.99, 203.0.113.7')).after).toBeLessThan(10);
    expect(await refusals('failed_authentications')).toBeGreaterThanOrEqual(2);
  });
});
