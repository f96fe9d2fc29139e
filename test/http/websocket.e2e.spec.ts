import { createClient, type Client, type SubscribePayload } from 'graphql-ws';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { eventually } from '../support/eventually.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

const ALLOWED = 'https://console.example';
let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ PARLEY_CORS_ORIGINS: ALLOWED });
});
afterAll(() => app.stop());

const sockets: WebSocket[] = [];
const clients: Client[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.terminate();
  for (const client of clients.splice(0)) await client.dispose();
});

function open(options: { origin?: string; protocol?: string } = {}): WebSocket {
  const socket = new WebSocket(`${app.url.replace('http', 'ws')}/graphql`, options.protocol ?? 'graphql-transport-ws', {
    ...(options.origin !== undefined && { origin: options.origin }),
  });
  // Refused while it connects: the tests look at the answer.
  socket.on('error', () => undefined);
  sockets.push(socket);
  return socket;
}
const closeCodeOf = (socket: WebSocket) => new Promise<number>((resolve) => socket.once('close', resolve));

function client(connectionParams: Record<string, unknown> = { apiKey: app.apiKey }): Client {
  const made = createClient({
    url: `${app.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams,
    retryAttempts: 0,
  });
  clients.push(made);
  return made;
}

interface Fault {
  readonly extensions?: { readonly code?: string };
}
/** One result, or the errors, however the protocol carries them. */
const ask = (payload: SubscribePayload, on = client()) =>
  new Promise<{ data?: unknown; codes?: (string | undefined)[] }>((resolve) => {
    on.subscribe(payload, {
      next: ({ data, errors }) =>
        resolve(errors ? { codes: errors.map((error) => String(error.extensions?.['code'])) } : { data }),
      error: (error) =>
        resolve({ codes: Array.isArray(error) ? (error as Fault[]).map((one) => one.extensions?.code) : ['closed'] }),
      complete: () => resolve({}),
    });
  });

describe('the connection', () => {
  it.each([
    ['a wrong key', () => ({ apiKey: 'pk_wrong' })],
    ['no key', () => ({})],
    ['a wrong authorization beside a good apiKey', () => ({ authorization: 'Bearer pk_wrong', apiKey: app.apiKey })],
  ])('closes with 4403 on %s', async (_what, params) => {
    const socket = open();
    const code = closeCodeOf(socket);
    socket.once('open', () => socket.send(JSON.stringify({ type: 'connection_init', payload: params() })));
    expect(await code).toBe(4403);
  });

  it('closes with 4401 who asks before it said who it is, with 4408 who never says, with 4400 nonsense', async () => {
    const hasty = open();
    const silent = open();
    const odd = open();
    const codes = [hasty, silent, odd].map(closeCodeOf);
    hasty.once('open', () =>
      hasty.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: '{ cursor }' } })),
    );
    odd.once('open', () => odd.send('nonsense'));
    expect(await Promise.all(codes)).toEqual([4401, 4408, 4400]);
  });

  it('takes both credentials, and pages of this server and of the configured origins only', async () => {
    expect(await ask({ query: '{ viewer { workspaceId } }' })).toHaveProperty('data');
    expect(await ask({ query: '{ cursor }' }, client({ authorization: `Bearer ${app.apiKey}` }))).toHaveProperty(
      'data',
    );
    const opened = (origin: string) =>
      new Promise<string>((resolve) => {
        const socket = open({ origin });
        socket.once('open', () => resolve('open'));
        socket.once('unexpected-response', (_request, response) => resolve(String(response.statusCode)));
      });
    expect(await Promise.all([opened(app.url), opened(ALLOWED), opened('https://evil.example')])).toEqual([
      'open',
      'open',
      '403',
    ]);
  });

  it('closes with 1009 on a message over 4 MiB', async () => {
    const socket = open();
    const code = closeCodeOf(socket);
    socket.once('open', () => socket.send('x'.repeat(5 * 1024 * 1024)));
    expect(await code).toBe(1009);
  });
});

describe('operations', () => {
  it.each([
    ['a syntax error', { query: '{ cursor' }, 'GRAPHQL_PARSE_FAILED'],
    ['too many tokens', { query: `{ ${'cursor '.repeat(1_100)} }` }, 'GRAPHQL_PARSE_FAILED'],
    ['a long document', { query: `{ cursor } # ${'x'.repeat(15_000)}` }, 'BAD_REQUEST'],
    ['an unknown field', { query: '{ cursr }' }, 'GRAPHQL_VALIDATION_FAILED'],
    ['an unknown operation', { query: 'query A { cursor }', operationName: 'B' }, 'OPERATION_RESOLUTION_FAILURE'],
    ['a bad variable', { query: 'query ($id: ID!) { message(id: $id) { id } }', variables: {} }, 'BAD_USER_INPUT'],
    ['a malformed id', { query: 'subscription { inboxUpdated(conversationId: "x") { cursor } }' }, 'BAD_USER_INPUT'],
    [
      'an unknown id',
      { query: 'subscription { messageAdded(channelId: "chan_00000000000000000000000000") { cursor } }' },
      'NOT_FOUND',
    ],
    [
      'an unknown message',
      { query: 'subscription { messageStatusChanged(messageId: "msg_00000000000000000000000000") { cursor } }' },
      'NOT_FOUND',
    ],
    ['a garbage cursor', { query: 'subscription { inboxUpdated(after: "x") { cursor } }' }, 'CURSOR_INVALID'],
    [
      'a garbage filter',
      { query: 'subscription { eventPublished(filter: { messageId: "x" }) { cursor } }' },
      'BAD_USER_INPUT',
    ],
    ['a garbage parleyAfter', { query: '{ cursor }', extensions: { parleyAfter: 'x' } }, 'CURSOR_INVALID'],
    ['a parleyAfter that is no text', { query: '{ cursor }', extensions: { parleyAfter: 1 } }, 'CURSOR_INVALID'],
    [
      'both of a @oneOf in a variable',
      {
        query:
          'mutation ($to: RecipientInput!) { sendMessage(input: { channelId: "x", to: $to, content: { text: { text: "x" } } }) { cursor } }',
        variables: { to: { phoneNumber: '+1', address: 'x' } },
      },
      'BAD_USER_INPUT',
    ],
    [
      'too much to answer',
      { query: '{ conversations(first: 100) { nodes { messages(first: 100) { nodes { id status createdAt } } } } }' },
      'QUERY_TOO_COMPLEX',
    ],
  ])('refuses %s with the same code as over HTTP', async (_what, payload, code) => {
    expect(await ask(payload)).toEqual({ codes: [code] });
  });

  it('is cut off when it asks on and on and reads no answer', async () => {
    const socket = open();
    const code = closeCodeOf(socket);
    await new Promise((resolve) => socket.once('open', resolve));
    socket.pause();
    const ping = JSON.stringify({ type: 'ping', payload: { x: 'x'.repeat(1_000_000) } });
    let sent = 0;
    for (; sent < 200 && socket.readyState === WebSocket.OPEN; sent += 1) {
      await new Promise((resolve) => socket.send(ping, resolve));
    }
    expect(await code).toBe(1_006);
    expect(sent).toBeLessThan(200);
  });

  it('reads its own writes after parleyAfter', async () => {
    const on = client();
    const { data } = await ask({ query: SEND, variables: { input: messageTo('+15550100001') } }, on);
    const { cursor, message } = (data as Sent).sendMessage;
    const seen = await ask(
      {
        query: 'query ($id: ID!) { message(id: $id) { id } }',
        variables: { id: message.id },
        extensions: { parleyAfter: cursor },
      },
      on,
    );
    expect(seen).toEqual({ data: { message: { id: message.id } } });
  });

  it('tells a page that leaks operations', async () => {
    const on = client();
    const codes: unknown[] = [];
    for (let index = 0; index < 210; index += 1) {
      on.subscribe(
        { query: 'subscription { inboxUpdated { cursor } }' },
        {
          next: () => undefined,
          error: (error) => codes.push((error as Fault[])[0]?.extensions?.code),
          complete: () => undefined,
        },
      );
    }
    await eventually(() => expect(codes).toEqual(Array.from({ length: 10 }, () => 'RATE_LIMITED')));
  });
});

/** Waits for nothing: many at once may take longer than what belongs to a message is waited for. */
const ONLY_SEND = 'mutation ($input: SendMessageInput!) { sendMessage(input: $input) { message { id } } }';
const SEND =
  'mutation ($input: SendMessageInput!) { sendMessage(input: $input) { cursor message { id conversation { id } } } }';
const messageTo = (phoneNumber: string) => ({
  channelId: app.channelId,
  to: { phoneNumber },
  content: { text: { text: 'Hello' } },
});
interface Sent {
  readonly sendMessage: {
    readonly cursor: string;
    readonly message: { readonly id: string; readonly conversation: { readonly id: string } };
  };
}

describe('subscriptions', () => {
  it('tell one conversation in one order: added with its first status, each move once, the read mark', async () => {
    const { cursor } = await app.client.run<{ cursor: string }>('{ cursor }');
    const sent = await app.client.run<Sent>(SEND, { input: messageTo('+15550106000') });
    const { id, conversation } = sent.sendMessage.message;
    const inbox = app.client.watch<Inbox>(INBOX, { id: conversation.id, after: cursor });
    const added = app.client.watch<object>(
      'subscription ($id: ID, $after: Cursor) { messageAdded(conversationId: $id, after: $after) { message { id direction } } }',
      { id: conversation.id, after: cursor },
    );
    const changed = app.client.watch<object>(
      'subscription ($id: ID, $after: Cursor) { conversationUpdated(conversationId: $id, after: $after) { conversation { id unreadCount } } }',
      { id: conversation.id, after: cursor },
    );
    const published = app.client.watch<{ eventPublished: { event: { type: string } } }>(
      'subscription ($filter: EventFilter, $after: Cursor) { eventPublished(filter: $filter, after: $after) { event { type } } }',
      { filter: { messageId: id, types: ['message.sent', 'message.read'] }, after: cursor },
    );
    const updates = () => inbox.items.map(({ inboxUpdated }) => inboxUpdated);
    await eventually(() => expect(updates().filter(({ kind }) => kind === 'MESSAGE_ADDED')).toHaveLength(2));
    await app.client.run(
      'mutation ($id: ID!) { markConversationRead(input: { conversationId: $id }) { userErrors { code } } }',
      {
        id: conversation.id,
      },
    );
    await eventually(() =>
      expect(updates().at(-1)).toMatchObject({ kind: 'CONVERSATION_UPDATED', message: null, change: null }),
    );
    const ofMine = updates().filter(({ message }) => message?.id === id);
    expect(ofMine.flatMap(({ change }) => change?.status ?? [])).toEqual([
      'ACCEPTED',
      'PROCESSING',
      'SENT',
      'DELIVERED',
      'READ',
    ]);
    expect(ofMine.map(({ kind }) => kind)).toContain('MESSAGE_UPDATED');
    for (const { kind, change } of ofMine)
      expect(change !== null).toBe(kind === 'MESSAGE_ADDED' || kind === 'MESSAGE_STATUS_CHANGED');
    await eventually(() => {
      expect(added.items).toMatchObject([
        { messageAdded: { message: { direction: 'OUTGOING' } } },
        { messageAdded: { message: { direction: 'INCOMING' } } },
      ]);
      // Opened, a message each way, read.
      expect(changed.items).toHaveLength(4);
      expect(changed.items.at(-1)).toMatchObject({ conversationUpdated: { conversation: { unreadCount: 0 } } });
      expect(published.items.map(({ eventPublished }) => eventPublished.event.type)).toEqual([
        'message.sent',
        'message.read',
      ]);
    });
    for (const watch of [inbox, added, changed, published]) {
      expect(watch.errors).toEqual([]);
      await watch.stop();
    }
  });

  it('give a reader that stopped reading everything, once, when it reads again', async () => {
    const { cursor } = await app.client.run<{ cursor: string }>('{ cursor }');
    const slow = open();
    const ids: string[] = [];
    slow.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString()) as {
        type: string;
        payload?: { data: { eventPublished: { event: { id: string } } } };
      };
      if (message.type === 'connection_ack') {
        slow.send(
          JSON.stringify({ id: '1', type: 'subscribe', payload: { query: PUBLISHED, variables: { after: cursor } } }),
        );
        slow.pause();
      }
      if (message.type === 'next' && message.payload) ids.push(message.payload.data.eventPublished.event.id);
    });
    slow.once('open', () => slow.send(JSON.stringify({ type: 'connection_init', payload: { apiKey: app.apiKey } })));
    await Promise.all(
      Array.from({ length: 150 }, (_, index) =>
        app.client.run(ONLY_SEND, { input: messageTo(`+1555010${7000 + (index % 20)}`) }),
      ),
    );
    slow.resume();
    await eventually(
      async () => {
        const { events } = await app.client.run<{ events: { nodes: { id: string }[] } }>(
          'query ($after: Cursor) { events(first: 1000, after: $after) { nodes { id } } }',
          { after: cursor },
        );
        expect(events.nodes.length).toBeGreaterThan(150);
        expect(ids).toHaveLength(new Set(ids).size);
        expect(ids.slice(0, 1_000)).toHaveLength(events.nodes.length);
      },
      { timeoutMs: 50_000, everyMs: 200 },
    );
  });
});

const PUBLISHED = 'subscription ($after: Cursor) { eventPublished(after: $after) { cursor event { id data } } }';
const INBOX = `subscription ($id: ID, $after: Cursor) { inboxUpdated(conversationId: $id, after: $after) {
  cursor kind conversation { id unreadCount } message { id status } change { status eventId } } }`;
interface Inbox {
  readonly inboxUpdated: {
    readonly kind: string;
    readonly message: { readonly id: string } | null;
    readonly change: { readonly status: string } | null;
  };
}
