import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OPERATION_RULES } from '../../src/access/matrix.js';
import { contactIds, conversationIds, messageIds } from '../../src/events/kernel/ids.js';
import { buildParleySchema } from '../../src/schema/build-schema.js';
import { apiClient, type ApiClient } from '../support/api-client.js';
import { openSocket } from '../support/closing-socket.js';
import { eventually } from '../support/eventually.js';
import { minimalOperations, selectionsUnder } from '../support/minimal-operation.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

const CREATE = `mutation ($input: CreateClientTokenInput!) {
  createClientToken(input: $input) { token expiresAt userErrors { code field } } }`;
const SEND = `mutation ($input: SendMessageInput!) {
  sendMessage(input: $input) { message { id conversation { id } contact { id } } userErrors { code } } }`;
const schema = buildParleySchema();
const UNKNOWN = '00000000-0000-7000-8000-000000000000';

interface Token {
  readonly token: string | null;
  readonly expiresAt: string | null;
  readonly userErrors: readonly { readonly code: string; readonly field: readonly string[] }[];
}
interface Thread {
  readonly id: string;
  readonly conversation: { readonly id: string };
  readonly contact: { readonly id: string };
}

let app: TestApp;
/** What the tokens name, and what they don't. */
let ours: Thread;
let theirs: Thread;
beforeAll(async () => {
  app = await startTestApp();
  [ours, theirs] = [await send('+15550108001'), await send('+15550108002')];
});
afterAll(() => app.stop());

async function send(phoneNumber: string): Promise<Thread> {
  const input = { channelId: app.channelId, to: { phoneNumber }, content: { text: { text: `to ${phoneNumber}` } } };
  return (await app.client.run<{ sendMessage: { message: Thread } }>(SEND, { input })).sendMessage.message;
}
const ask = async (input: object, client: ApiClient = app.client): Promise<Token> =>
  (await client.run<{ createClientToken: Token }>(CREATE, { input })).createClientToken;
async function tokenFor(input: object, client?: ApiClient): Promise<string> {
  const { token } = await ask(input, client);
  if (token === null) throw new Error('No token.');
  return token;
}
const clientFor = async (input: object): Promise<ApiClient> => apiClient(app.url, await tokenFor(input));

describe('a client token', () => {
  it('is refused that names nothing, too much, or what is not there', async () => {
    const refusals = async (input: object) => (await ask(input)).userErrors;
    expect(await refusals({})).toEqual([{ code: 'INPUT_INVALID', field: [] }]);
    expect(await refusals({ contactIds: Array.from({ length: 101 }, () => 'x') })).toEqual([
      { code: 'INPUT_INVALID', field: [] },
    ]);
    for (const expiresInSeconds of [0, 86_401])
      expect(await refusals({ contactIds: [ours.contact.id], expiresInSeconds })).toEqual([
        { code: 'INPUT_INVALID', field: ['expiresInSeconds'] },
      ]);
    const named = {
      conversationIds: [ours.conversation.id, conversationIds.fromUuid(UNKNOWN), 'x'],
      contactIds: [ours.conversation.id],
    };
    expect(await refusals(named)).toEqual([
      { code: 'CONVERSATION_NOT_FOUND', field: ['conversationIds', '1'] },
      { code: 'CONVERSATION_NOT_FOUND', field: ['conversationIds', '2'] },
      { code: 'CONTACT_NOT_FOUND', field: ['contactIds', '0'] },
    ]);
  });

  it('reads, for an hour if not said otherwise, and does nothing else', async () => {
    const made = await ask({ conversationIds: [ours.conversation.id] });
    expect(Math.abs(Date.parse(made.expiresAt ?? '') - Date.now() - 3_600_000)).toBeLessThan(10_000);
    const client = apiClient(app.url, made.token ?? '');
    expect(await client.run('{ viewer { scopes expiresAt } }')).toEqual({
      viewer: { scopes: ['MESSAGES_READ', 'CONTACTS_READ'], expiresAt: made.expiresAt },
    });
    for (const { kind, name, query, variables } of minimalOperations(schema)) {
      if (kind === 'subscription' || OPERATION_RULES[name]?.isForClients === true) continue;
      const { errors } = await client.ask(query, variables);
      expect(errors?.[0]?.extensions.code, name).toBe('FORBIDDEN');
    }
    const events = client.watch('subscription { eventPublished { cursor } }');
    await eventually(() => expect(events.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]));
    await events.stop();
  });

  it.each([
    ['a conversation', () => ({ conversationIds: [ours.conversation.id] })],
    ['a contact', () => ({ contactIds: [ours.contact.id] })],
  ])('for %s shows nothing else, by whatever field it is asked', async (_what, input) => {
    const client = await clientFor(input());
    const isByContact = 'contactIds' in input();
    const mayShow = [ours.conversation.id, ours.id, ...(isByContact ? [ours.contact.id] : [])];
    const seen = new Set<string>();
    for (const [name, ids = ['']] of roots()) {
      const type = schema.getQueryType()?.getFields()[name.replace(/\(.*/, '')]?.type;
      for (const selection of type === undefined ? [] : selectionsUnder(type, 3))
        for (const id of ids) {
          const query = id === '' ? `{ ${name}${selection} }` : `{ ${name}(id: "${id}")${selection} }`;
          const text = JSON.stringify(await client.run<object>(query));
          for (const [shown] of text.matchAll(/(msg|conv|cont|chan|evt|key)_[0-9a-z]{26}/g)) seen.add(shown);
        }
    }
    // Of events only the ids are told, in the timelines of its own messages.
    expect([...seen].filter((id) => !id.startsWith('evt_') && !id.startsWith('msg_')).sort()).toEqual(
      mayShow.filter((id) => !id.startsWith('msg_')).sort(),
    );
    const messages = [...seen].filter((id) => id.startsWith('msg_'));
    expect(messages).toContain(ours.id);
    const { nodes } = await app.client.run<{ nodes: { conversation: { id: string } }[] }>(
      'query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Message { conversation { id } } } }',
      { ids: messages },
    );
    expect(new Set(nodes.map(({ conversation }) => conversation.id))).toEqual(new Set([ours.conversation.id]));
  });

  it('F32: answers for what it does not name as for what is not there', async () => {
    const client = await clientFor({ conversationIds: [ours.conversation.id] });
    const pairs = [
      ['message', theirs.id, messageIds.fromUuid(UNKNOWN)],
      ['conversation', theirs.conversation.id, conversationIds.fromUuid(UNKNOWN)],
      ['contact', theirs.contact.id, contactIds.fromUuid(UNKNOWN)],
      ['contact', ours.contact.id, contactIds.fromUuid(UNKNOWN)],
    ] as const;
    for (const [field, hidden, unknown] of pairs) {
      const [ofHidden, ofUnknown] = await Promise.all(
        [hidden, unknown].map((id) =>
          client.ask(`query ($id: ID!) { ${field}(id: $id) { id } node(id: $id) { id } nodes(ids: [$id]) { id } }`, {
            id,
          }),
        ),
      );
      expect([ofHidden?.status, ofHidden?.errors]).toEqual([ofUnknown?.status, ofUnknown?.errors]);
      expect(ofHidden?.data).toEqual(ofUnknown?.data);
      expect(ofHidden?.data).toEqual({ [field]: null, node: null, nodes: [null] });
    }
    const past = await client.run(
      `query ($id: ID!, $time: DateTime!) { conversation(id: $id, asOf: { time: $time }) { id } }`,
      {
        ...{ id: theirs.conversation.id, time: new Date().toISOString() },
      },
    );
    expect(past).toEqual({ conversation: null });
    const filtered = await client.run(
      'query ($id: ID!) { conversations(filter: { contactId: $id }) { nodes { id } } }',
      { id: theirs.contact.id },
    );
    expect(filtered).toEqual({ conversations: { nodes: [] } });
    for (const name of ['inboxUpdated', 'messageAdded', 'conversationUpdated', 'messageStatusChanged']) {
      const watch = client.watch(`subscription ($id: ID!) { ${name}(conversationId: $id) { cursor } }`, {
        id: theirs.conversation.id,
      });
      await eventually(() => expect(watch.errors, name).toMatchObject([{ extensions: { code: 'NOT_FOUND' } }]));
      await watch.stop();
    }
  });

  it('is told live of what it names, and of nothing else', async () => {
    const { cursor } = await app.client.run<{ cursor: string }>('{ cursor }');
    const WATCHED = ['inboxUpdated', 'messageAdded', 'messageStatusChanged'];
    const tokens = [{ conversationIds: [ours.conversation.id] }, { contactIds: [ours.contact.id] }];
    const watches = await Promise.all(
      tokens.flatMap((input) =>
        WATCHED.map(async (name) => {
          const client = await clientFor(input);
          const query = `subscription ($after: Cursor) { ${name}(after: $after) { message { conversation { id } } } }`;
          return client.watch<Record<string, { message: { conversation: { id: string } } | null }>>(query, {
            after: cursor,
          });
        }),
      ),
    );
    await send('+15550108002');
    const last = await send('+15550108001');
    await eventually(async () => {
      const { message } = await app.client.run<{ message: { status: string } }>(
        `{ message(id: "${last.id}") { status } }`,
      );
      expect(message.status).toBe('READ');
    });
    for (const watch of watches) {
      await eventually(() => expect(watch.items).not.toEqual([]));
      const conversations = watch.items.flatMap((item) =>
        Object.values(item).map(({ message }) => message?.conversation.id ?? ours.conversation.id),
      );
      expect(new Set(conversations)).toEqual(new Set([ours.conversation.id]));
      expect(watch.errors).toEqual([]);
      await watch.stop();
    }
  });

  it('F31: ends with its time and with its key, and none that was forged opens anything', async () => {
    const KEY = `mutation { createApiKey(input: { name: "backend", scopes: [MESSAGES_READ] }) { apiKey { id } secret } }`;
    const { createApiKey } = await app.client.run<{ createApiKey: { apiKey: { id: string }; secret: string } }>(KEY);
    const backend = apiClient(app.url, createApiKey.secret);
    const named = { conversationIds: [ours.conversation.id] };
    const [token, short] = [await tokenFor(named, backend), await tokenFor({ ...named, expiresInSeconds: 2 }, backend)];
    // No more than the key that made it.
    expect(await apiClient(app.url, token).run('{ viewer { scopes } }')).toEqual({
      viewer: { scopes: ['MESSAGES_READ'] },
    });
    const sockets = [token, short].map((one) =>
      openSocket(app.url, { authorization: `Bearer ${one}` }, 'subscription { inboxUpdated { cursor } }'),
    );
    await Promise.all(sockets.map(({ connected }) => connected));
    expect(await sockets[1]?.closed).toBe(4403);
    await app.client.run(
      `mutation { revokeApiKey(input: { id: "${createApiKey.apiKey.id}" }) { userErrors { code } } }`,
    );
    expect(await sockets[0]?.closed).toBe(4403);
    const [head, body, signature = ''] = token.split('.');
    const tampered = `${head}.${body}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`;
    const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${body}.`;
    for (const bad of [token, short, tampered, none, `${head}.${body}`]) {
      await eventually(async () => expect((await apiClient(app.url, bad).ask('{ cursor }')).status).toBe(401));
      const refused = openSocket(app.url, { apiKey: bad }, '{ cursor }');
      expect(await refused.closed).toBe(4403);
    }
    await Promise.all(sockets.map((socket) => socket.stop()));
  });
});

/** The queries that a client token may ask, with the ids to ask them for. */
const roots = (): readonly (readonly [string, (readonly string[])?])[] => [
  ...([['viewer'], ['conversations(first: 3)'], ['contacts(first: 3)']] as const),
  ['conversation', [ours.conversation.id, theirs.conversation.id]],
  ['contact', [ours.contact.id, theirs.contact.id]],
  ['message', [ours.id, theirs.id]],
];
