import { buildSchema, getIntrospectionQuery } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { describeGraphqlOverHttp } from './graphql-over-http.js';

const ALLOWED = 'https://console.example';
let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ PARLEY_CORS_ORIGINS: ALLOWED });
});
afterAll(() => app.stop());

interface Answer {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly { readonly message: string; readonly extensions: { readonly code: string } }[];
}
const post = async (body: unknown, headers: Record<string, string> = {}) => {
  const answer = await fetch(`${app.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${app.apiKey}`, ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Answer };
};
const codeOf = ({ body }: { body: Answer }) => body.errors?.[0]?.extensions.code;

describeGraphqlOverHttp(() => app);

describe('who asks', () => {
  it('takes the key in either header; if both are given, authorization counts', async () => {
    const query = '{ viewer { workspaceId scopes expiresAt } }';
    const viewer = { workspaceId: expect.stringMatching(/^ws_/) as string, expiresAt: null };
    expect((await post({ query })).body.data).toMatchObject({ viewer });
    const plain = await fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': app.apiKey },
      body: JSON.stringify({ query }),
    });
    expect(plain.status).toBe(200);
    const both = await post({ query }, { authorization: 'Bearer pk_wrong', 'x-api-key': app.apiKey });
    expect([both.status, codeOf(both), both.headers.get('www-authenticate')]).toEqual([
      401,
      'UNAUTHENTICATED',
      'Bearer',
    ]);
    expect((await post({ query }, { authorization: app.apiKey })).status).toBe(401);
  });
});

describe('transport', () => {
  it('answers queries by GET with a preflight header, and refuses a mutation by GET', async () => {
    const get = (query: string) =>
      fetch(`${app.url}/graphql?query=${encodeURIComponent(query)}`, {
        headers: { 'x-api-key': app.apiKey, 'apollo-require-preflight': 'true' },
      });
    expect(await (await get('{ cursor }')).json()).toMatchObject({ data: { cursor: expect.any(String) as string } });
    expect((await get('mutation { markConversationRead(input: { conversationId: "x" }) { cursor } }')).status).toBe(
      405,
    );
    expect((await get(`{ cursor } # ${'x'.repeat(15_000)}`)).status).toBe(400);
  });

  it.each([
    ['a batch', '[{ "query": "{ cursor }" }]', {}, 'BAD_REQUEST'],
    ['no JSON', '{ "query": ', {}, 'BAD_REQUEST'],
    ['no query', '{}', {}, 'BAD_REQUEST'],
    ['a subscription', '{ "query": "subscription { messageAdded { cursor } }" }', {}, 'BAD_REQUEST'],
    ['a syntax error', '{ "query": "{ cursor" }', {}, 'GRAPHQL_PARSE_FAILED'],
    ['an unknown field', '{ "query": "{ cursr }" }', {}, 'GRAPHQL_VALIDATION_FAILED'],
    [
      'an unknown operation',
      '{ "query": "query A { cursor }", "operationName": "B" }',
      {},
      'OPERATION_RESOLUTION_FAILURE',
    ],
    ['a bad variable', '{ "query": "query ($id: ID!) { message(id: $id) { id } }" }', {}, 'BAD_USER_INPUT'],
    ['a garbage x-parley-after', '{ "query": "{ cursor }" }', { 'x-parley-after': 'nonsense' }, 'CURSOR_INVALID'],
    [
      'too many fields to answer',
      '{ "query": "{ conversations(first: 100) { nodes { messages(first: 100) { nodes { id status createdAt } } } } }" }',
      {},
      'QUERY_TOO_COMPLEX',
    ],
  ])('refuses %s with a code', async (_what, body, headers, code) => {
    const answer = await post(body, headers);
    expect(codeOf(answer)).toBe(code);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
  });

  it('suggests nothing: a key for one thing must not learn the names of another', async () => {
    expect((await post({ query: '{ cursr }' })).body.errors?.[0]?.message).not.toContain('Did you mean');
  });

  it('refuses a cursor that nothing has reached yet with when to come back', async () => {
    const { body } = await post({ query: '{ cursor }' });
    const bytes = Buffer.from(String(body.data?.['cursor']), 'base64url');
    bytes[bytes.length - 1] = 0x7f;
    const ahead = await post({ query: '{ cursor }' }, { 'x-parley-after': bytes.toString('base64url') });
    expect([ahead.status, codeOf(ahead)]).toEqual([503, 'NOT_YET_PROJECTED']);
    expect(ahead.headers.get('retry-after')).toBe('1');
  });

  it('shows its schema in three ways', async () => {
    const { body } = await post({ query: getIntrospectionQuery() });
    expect(body.errors).toBeUndefined();
    const printed = await (await fetch(`${app.url}/schema.graphql`)).text();
    expect(buildSchema(printed).getMutationType()?.getFields()).toHaveProperty('sendMessage');
    const root = await fetch(app.url, { redirect: 'manual' });
    expect([root.status, root.headers.get('location')]).toEqual([302, '/graphiql/']);
  });

  it('says that it lives and that it is ready', async () => {
    expect((await fetch(`${app.url}/healthz`)).status).toBe(200);
    const ready = await fetch(`${app.url}/readyz`);
    expect([ready.status, await ready.json()]).toMatchObject([200, { isReady: true, reasons: [] }]);
  });

  it('lets pages of the configured origins in, and no others', async () => {
    const preflight = (origin: string) =>
      fetch(`${app.url}/graphql`, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' },
      });
    expect((await preflight(ALLOWED)).headers.get('access-control-allow-origin')).toBe(ALLOWED);
    expect((await preflight('https://evil.example')).headers.get('access-control-allow-origin')).toBeNull();
  });

  it('survives a value that nests too deep', async () => {
    const metadata = `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`;
    const answer =
      await post(`{ "query": "mutation ($input: SendMessageInput!) { sendMessage(input: $input) { cursor } }",
      "variables": { "input": { "channelId": "${app.channelId}", "to": { "phoneNumber": "+15550100001" },
      "content": { "text": { "text": "x" } }, "metadata": ${metadata} } } }`);
    expect(codeOf(answer)).toBe('BAD_USER_INPUT');
  });
});

describe('what can be read', () => {
  it('walks the graph from the demo conversations, and every id leads back', async () => {
    const { body } = await post({
      query: `{ conversations(first: 2) { edges { cursor } pageInfo { hasNextPage endCursor } totalCount nodes {
        id unreadCount lastActivityAt serviceWindow { isOpen expiresAt isPermanent } channel { id webhookUrl }
        contact { id displayName addresses { address channel { id } } conversations { nodes { id } } }
        lastMessage { id sortKey direction author content { __typename text } timeline { status attempt eventId } }
        messages(last: 1) { nodes { id conversation { id } } } } }
        events(first: 2) { edges { cursor node { id type source time subject cursor data } } pageInfo { endCursor hasNextPage hasPreviousPage } } }`,
    });
    expect(body.errors).toBeUndefined();
    const { conversations, events } = body.data as unknown as Walk;
    expect(conversations.pageInfo.hasNextPage).toBe(true);
    expect(events.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
    const ids = conversations.nodes.flatMap((one) => {
      expect(one.contact.conversations.nodes.map(({ id }) => id)).toContain(one.id);
      expect(one.messages.nodes[0]).toEqual({ id: one.lastMessage.id, conversation: { id: one.id } });
      expect(one.serviceWindow).toEqual({ isOpen: true, expiresAt: null, isPermanent: true });
      expect(one.channel.webhookUrl).toBe(`${app.url}/webhooks/sandbox/${one.channel.id}`);
      return [one.id, one.contact.id, one.lastMessage.id, one.channel.id];
    });
    const asked = [
      ...ids,
      events.edges[0]?.node.id ?? '',
      'msg_00000000000000000000000000',
      'key_00000000000000000000000000',
    ];
    const nodes = await post({
      query: 'query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }',
      variables: { ids: asked },
    });
    const found = nodes.body.data?.['nodes'] as ({ id: string } | null)[];
    expect(found.map((node) => node?.id ?? null)).toEqual([...asked.slice(0, -2), null, null]);
  });

  it('tells how many messages of a channel still wait', async () => {
    const { body } = await post({ query: '{ channels { nodes { id queueDepth } } }' });
    expect(body.errors).toBeUndefined();
    const { nodes } = body.data?.['channels'] as { nodes: { id: string; queueDepth: number }[] };
    expect(nodes.map(({ id }) => id)).toContain(app.channelId);
    for (const { queueDepth } of nodes) expect(queueDepth).toBeGreaterThanOrEqual(0);
  });

  it('finds what was written in the demo by its words, and counts what was sent', async () => {
    const [from, to] = [-30, 1].map((days) => new Date(Date.now() + days * 86_400_000).toISOString());
    const { body } = await post({
      query: `query ($from: DateTime!, $to: DateTime!, $words: String!) {
        messageStatistics(from: $from, to: $to, by: [PROVIDER, STATUS]) { start provider status count timeToSent { p95Ms } }
        searchMessages(text: $words) { edges { cursor node { id } snippet { text isMatch } } } }`,
      variables: { from, to, words: '"order" or thanks or hello or you' },
    });
    expect(body.errors).toBeUndefined();
    expect(body.data?.['messageStatistics']).toContainEqual(
      expect.objectContaining({ provider: 'SANDBOX', count: expect.any(Number) as number }),
    );
    const { edges } = body.data?.['searchMessages'] as { edges: { snippet: { isMatch: boolean }[] }[] };
    expect(edges.length).toBeGreaterThan(0);
    for (const { snippet } of edges) expect(snippet.some(({ isMatch }) => isMatch)).toBe(true);
    const refused = await post({
      query: `{ messageStatistics(from: "${String(to)}", to: "${String(from)}") { count } }`,
    });
    expect(codeOf(refused)).toBe('BAD_USER_INPUT');
    expect(codeOf(await post({ query: `{ searchMessages(text: "${'x'.repeat(257)}") { nodes { id } } }` }))).toBe(
      'BAD_USER_INPUT',
    );
  });

  it('answers an empty page that still says whether there is more', async () => {
    const { body } = await post({
      query: '{ conversations(first: 0) { nodes { id } pageInfo { hasNextPage endCursor } } }',
    });
    expect(body.data).toEqual({ conversations: { nodes: [], pageInfo: { hasNextPage: true, endCursor: null } } });
  });

  it.each([
    ['nodes with a malformed id', '{ nodes(ids: ["x"]) { id } }'],
    ['more than 100 nodes', `{ nodes(ids: [${'"msg_00000000000000000000000000",'.repeat(101)}]) { id } }`],
    ['a filter with a malformed id', '{ conversations(filter: { channelIds: ["x"] }) { nodes { id } } }'],
    ['1,001 events', '{ events(first: 1001) { nodes { id } } }'],
  ])('refuses %s', async (_what, query) => {
    expect(codeOf(await post({ query }))).toBe('BAD_USER_INPUT');
  });
});

interface Walk {
  readonly conversations: {
    readonly pageInfo: { readonly hasNextPage: boolean };
    readonly nodes: readonly {
      readonly id: string;
      readonly serviceWindow: unknown;
      readonly channel: { readonly id: string; readonly webhookUrl: string };
      readonly contact: {
        readonly id: string;
        readonly conversations: { readonly nodes: readonly { readonly id: string }[] };
      };
      readonly lastMessage: { readonly id: string };
      readonly messages: { readonly nodes: readonly unknown[] };
    }[];
  };
  readonly events: {
    readonly edges: readonly { readonly node: { readonly id: string } }[];
    readonly pageInfo: unknown;
  };
}

describe('what a send answers', () => {
  it('is complete at once, with what is reached through it', async () => {
    const { body } = await post({
      query: `mutation ($input: SendMessageInput!) { sendMessage(input: $input) { cursor userErrors { code } message {
        id status author reference metadata sortKey content { ... on ImageContent { text images { url altText } actions { text } } }
        timeline { status attempt eventId failure { code } } conversation { id lastMessage { id } } contact { id } channel { id } replyTo { id } } } }`,
      variables: {
        input: {
          channelId: app.channelId,
          to: { phoneNumber: '+15550100001' },
          content: {
            image: { images: [{ url: 'https://example.com/a.png', altText: 'A' }], text: 'Look', footer: null },
          },
          author: null,
          reference: 'order-7',
          metadata: { nothing: null },
        },
      },
    });
    const { message } = body.data?.['sendMessage'] as { message: { id: string } };
    expect(message).toMatchObject({
      author: 'AGENT',
      reference: 'order-7',
      metadata: { nothing: null },
      content: { text: 'Look', images: [{ url: 'https://example.com/a.png', altText: 'A' }], actions: [] },
      timeline: [{ status: 'ACCEPTED', attempt: 1, failure: null }],
      conversation: { lastMessage: { id: message.id } },
      contact: { id: expect.stringMatching(/^cont_/) as string },
      channel: { id: app.channelId },
      replyTo: null,
    });
  });
});
