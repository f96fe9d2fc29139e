import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SCOPES, type Scope } from '../../src/access/caller.js';
import { OPERATION_RULES } from '../../src/access/matrix.js';
import { buildParleySchema } from '../../src/schema/build-schema.js';
import { apiClient, type ApiClient } from '../support/api-client.js';
import { eventually } from '../support/eventually.js';
import { minimalOperations, type MinimalOperation } from '../support/minimal-operation.js';
import { newKeyIn } from '../support/new-key.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

const operations = minimalOperations(buildParleySchema());

describe('F33: each scope and each operation', () => {
  let app: TestApp;
  let workspaceId: string;
  beforeAll(async () => {
    app = await startTestApp();
    ({
      viewer: { workspaceId },
    } = await app.client.run<{ viewer: { workspaceId: string } }>('{ viewer { workspaceId } }'));
  });
  afterAll(() => app.stop());
  const clientWith = async (...scopes: Scope[]) =>
    apiClient(app.url, await newKeyIn(app.databaseUrl, workspaceId, scopes));

  it.each([[], ...SCOPES.map((scope) => [scope])])(
    '%s opens what the matrix says, over HTTP and WebSocket',
    async (...scopes) => {
      const client = await clientWith(...scopes);
      const refused: Record<string, boolean> = {};
      for (const operation of operations)
        refused[operation.name] = (await codesOf(client, operation)).includes('FORBIDDEN');
      const expected = Object.entries(OPERATION_RULES).map(([name, { scope }]) => [
        name,
        scope !== 'ANY' && !scopes.includes(scope),
      ]);
      expect(refused).toEqual(Object.fromEntries(expected));
    },
  );

  it('shows objects and fields that need a further scope as null, and lists of them empty, without an error', async () => {
    const ASK = `{ conversations(first: 1) { nodes { id channel { id } contact { id } lastMessage { id contact { id } } } } }`;
    const reader = await clientWith('MESSAGES_READ');
    const { conversations } = await reader.run<{ conversations: { nodes: object[] } }>(ASK);
    expect(conversations.nodes).toEqual([
      { id: expect.any(String), channel: null, contact: null, lastMessage: { id: expect.any(String), contact: null } },
    ]);
    const contacts = await clientWith('CONTACTS_READ');
    const CONTACTS = `{ contacts(first: 1) { nodes { addresses { address channel { id } }
      conversations { nodes { id } pageInfo { hasNextPage } } } } }`;
    expect(await contacts.run(CONTACTS)).toEqual({
      contacts: {
        nodes: [
          {
            addresses: [{ address: expect.any(String), channel: null }],
            conversations: { nodes: [], pageInfo: { hasNextPage: false } },
          },
        ],
      },
    });
    const CHANNEL = `{ channel(id: "${app.channelId}") { id webhookUrl queueDepth } }`;
    const plain = { channel: { id: app.channelId, webhookUrl: null, queueDepth: null } };
    expect(await (await clientWith('CHANNELS_READ')).run(CHANNEL)).toEqual(plain);
    expect(await (await clientWith('CHANNELS_READ', 'CHANNELS_ADMIN')).run(CHANNEL)).toEqual({
      channel: { id: app.channelId, webhookUrl: expect.any(String), queueDepth: expect.any(Number) },
    });
  });

  it('shows by node only kinds that the key may see', async () => {
    const { conversations } = await app.client.run<{
      conversations: { nodes: { id: string; contact: { id: string }; lastMessage: { id: string } }[] };
    }>('{ conversations(first: 1) { nodes { id contact { id } lastMessage { id } } } }');
    const [found] = conversations.nodes;
    const { events } = await app.client.run<{ events: { nodes: { id: string }[] } }>(
      '{ events(first: 1) { nodes { id } } }',
    );
    const ids = [found?.lastMessage.id, found?.id, found?.contact.id, app.channelId, events.nodes[0]?.id];
    const seenBy = async (...scopes: Scope[]) => {
      const asked = await (
        await clientWith(...scopes)
      ).run<{ nodes: ({ id: string } | null)[] }>('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids });
      return asked.nodes.map((node) => node !== null);
    };
    expect(await seenBy()).toEqual([false, false, false, false, false]);
    expect(await seenBy('MESSAGES_READ')).toEqual([true, true, false, false, false]);
    expect(await seenBy('CONTACTS_READ')).toEqual([false, false, true, false, false]);
    expect(await seenBy('CHANNELS_READ')).toEqual([false, false, false, true, false]);
    expect(await seenBy('EVENTS_READ')).toEqual([false, false, false, false, true]);
  });

  it('shows the facts of events to who may read events, and their content to who may read what it is about', async () => {
    const EVENTS = '{ events(first: 200) { nodes { type data } } }';
    const typesWithContent = async (...scopes: Scope[]) => {
      const client = await clientWith('EVENTS_READ', ...scopes);
      const { events } = await client.run<{ events: { nodes: { type: string; data: object }[] } }>(EVENTS);
      const withContent = events.nodes.filter(({ data }) => 'content' in data || 'sealed' in data);
      return [...new Set(withContent.map(({ type }) => type.replace(/\..*/, '')))].sort();
    };
    expect(await typesWithContent()).toEqual([]);
    expect(await typesWithContent('MESSAGES_READ')).toEqual(['conversation', 'message']);
    expect(await typesWithContent('CONTACTS_READ')).toEqual(['contact']);
    expect(await typesWithContent('MESSAGES_READ', 'CONTACTS_READ')).toEqual(['contact', 'conversation', 'message']);
    const live = (await clientWith('EVENTS_READ')).watch<{ eventPublished: { event: { data: object } } }>(
      'subscription { eventPublished(filter: { types: ["message.accepted"] }) { event { data } } }',
    );
    const sender = await clientWith('MESSAGES_SEND');
    await eventually(async () => {
      await sender.run(
        'mutation ($input: SendMessageInput!) { sendMessage(input: $input) { cursor userErrors { code } } }',
        {
          input: {
            channelId: app.channelId,
            to: { phoneNumber: '+15550100001' },
            content: { text: { text: 'secret' } },
          },
        },
      );
      expect(live.items).not.toEqual([]);
    });
    expect(JSON.stringify(live.items)).not.toContain('secret');
    await live.stop();
  });

  it('shows a sender the message that was sent, and nothing through it', async () => {
    const sender = await clientWith('MESSAGES_SEND');
    const sent = await sender.run(
      `mutation ($input: SendMessageInput!) {
        sendMessage(input: $input) { message { status conversation { id } contact { id } channel { id } } userErrors { code } } }`,
      { input: { channelId: app.channelId, to: { phoneNumber: '+15550100001' }, content: { text: { text: 'hi' } } } },
    );
    expect(sent).toEqual({
      sendMessage: {
        message: { status: 'ACCEPTED', conversation: null, contact: null, channel: null },
        userErrors: [],
      },
    });
  });
});

async function codesOf(client: ApiClient, operation: MinimalOperation): Promise<readonly string[]> {
  const { query, variables } = operation;
  if (operation.kind !== 'subscription') {
    const { errors = [] } = await client.ask(query, variables);
    return errors.map(({ extensions }) => extensions.code);
  }
  const watch = client.watch(query, variables);
  try {
    await eventually(() => expect(watch.errors).not.toEqual([]));
    return (watch.errors as { extensions: { code: string } }[]).map(({ extensions }) => extensions.code);
  } finally {
    await watch.stop();
  }
}
