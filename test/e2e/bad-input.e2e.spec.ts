import { request } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../support/test-app.js';

let app: TestApp;
let before: bigint;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.stop());
beforeEach(async () => {
  before = await app.countRecords();
});
afterEach(async () => {
  expect(await app.countRecords(), 'nothing was appended').toBe(before);
});

interface Refused {
  readonly sendMessage: {
    readonly message: null;
    readonly userErrors: readonly { readonly code: string; readonly field: readonly string[] | null }[];
  };
}
const SEND = `mutation ($input: SendMessageInput!) { sendMessage(input: $input) {
  message { id } userErrors { code field message } } }`;
const TO = { phoneNumber: '+15550100000' };
const TEXT = { text: { text: 'Hello' } };
const UNKNOWN_CHANNEL = 'chan_00000000000000000000000000';

async function refusal(input: Record<string, unknown>) {
  const data = await app.client.run<Refused>(SEND, {
    input: { channelId: app.channelId, to: TO, content: TEXT, ...input },
  });
  expect(data.sendMessage.message).toBeNull();
  return data.sendMessage.userErrors.map(({ code, field }) => `${code} ${field?.join('.') ?? ''}`);
}

describe('a send that cannot be is refused with the field it is about', () => {
  it.each([
    ['an unknown channel', { channelId: UNKNOWN_CHANNEL }, 'CHANNEL_NOT_FOUND channelId'],
    ['an empty text', { content: { text: { text: '' } } }, 'CONTENT_INVALID content.text.text'],
    ['an oversized text', { content: { text: { text: 'x'.repeat(70_000) } } }, 'CONTENT_INVALID content.text.text'],
    ['a bad number', { to: { phoneNumber: '12' } }, 'RECIPIENT_INVALID to.phoneNumber'],
    [
      'an unknown conversation',
      { to: { conversationId: 'conv_00000000000000000000000000' } },
      'RECIPIENT_NOT_FOUND to.conversationId',
    ],
    [
      'an unknown contact',
      { to: { contactId: 'cont_00000000000000000000000000' } },
      'RECIPIENT_NOT_FOUND to.contactId',
    ],
    [
      'a latitude off the globe',
      { content: { location: { latitude: 91, longitude: 0 } } },
      'CONTENT_INVALID content.location.latitude',
    ],
    [
      'an image without images',
      { content: { image: { images: [], text: 'x' } } },
      'CONTENT_INVALID content.image.images',
    ],
    ['a key of 256 characters', { idempotencyKey: 'k'.repeat(256) }, 'INPUT_INVALID idempotencyKey'],
  ])('%s', async (_what, input, expected) => {
    expect(await refusal(input)).toEqual([expected]);
  });

  it('malformed ids are user errors in a mutation', async () => {
    expect(await refusal({ channelId: 'nonsense' })).toEqual([expect.stringContaining('channelId')]);
    expect(await refusal({ to: { conversationId: "conv_'; drop table" } })).toEqual([
      expect.stringContaining('to.conversationId'),
    ]);
  });
});

describe('what GraphQL itself refuses', () => {
  it.each([
    ['both of a oneOf', { to: { phoneNumber: '+15550100000', address: 'x' } }],
    ['neither of a oneOf', { to: {} }],
    ['no kind of content', { content: {} }],
    ['two kinds of content', { content: { text: { text: 'a' }, location: { latitude: 1, longitude: 1 } } }],
  ])('%s', async (_what, input) => {
    const answer = await app.client.ask(SEND, { input: { channelId: app.channelId, to: TO, content: TEXT, ...input } });
    expect(answer.errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
  });

  const deep = (levels: number): string =>
    levels === 0 ? 'id' : `conversation { messages { nodes { ${deep(levels - 1)} } } }`;
  const bombs: [string, string][] = [
    ['deep', `{ node(id: "msg_00000000000000000000000000") { ... on Message { ${deep(12)} } } }`],
    ['wide', `{ ${Array.from({ length: 2_000 }, (_, index) => `a${index}: cursor`).join(' ')} }`],
    ['aliased', `{ ${Array.from({ length: 40 }, (_, index) => `a${index}: cursor`).join(' ')} }`],
    ['exponential fragments', exponentialFragments(12)],
    ['cyclic fragments', 'query { ...A } fragment A on Query { ...B } fragment B on Query { ...A }'],
    ['too long', `{ cursor } # ${'x'.repeat(20_000)}`],
    ['repeated directives', `{ cursor ${'@include(if: true) '.repeat(30)} }`],
    [
      'costly',
      '{ conversations(first: 100) { nodes { messages(first: 100) { nodes { timeline { status } conversation { messages(first: 100) { nodes { id } } } } } } } }',
    ],
  ];

  it.each(bombs)('a query that is %s, over HTTP', async (_what, query) => {
    const began = performance.now();
    const answer = await app.client.ask(query);
    expect(answer.errors?.length).toBeGreaterThan(0);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expect(performance.now() - began).toBeLessThan(5_000);
  });

  it.each(bombs)('a query that is %s, over WebSocket', async (_what, query) => {
    const client = app.client.socket();
    const outcome = await new Promise<unknown>((resolve) => {
      client.subscribe(
        { query },
        {
          next: (result) => resolve(result.errors?.length ? 'refused' : result),
          error: () => resolve('refused'),
          complete: () => resolve('completed'),
        },
      );
    });
    expect(outcome).toBe('refused');
    await client.dispose();
    expect((await fetch(`${app.url}/healthz`)).status).toBe(200);
  });

  function exponentialFragments(levels: number): string {
    const fragments = Array.from(
      { length: levels },
      (_, index) =>
        `fragment F${index} on Query { ${index + 1 < levels ? `...F${index + 1} ...F${index + 1}` : 'cursor'} }`,
    );
    return `query { ...F0 } ${fragments.join(' ')}`;
  }
});

describe('cursors, ids and pages', () => {
  it.each([
    ['a garbage page cursor', '{ conversations(after: "garbage") { nodes { id } } }', 'CURSOR_INVALID'],
    ['a garbage journal cursor', '{ events(after: "garbage") { nodes { id } } }', 'CURSOR_INVALID'],
    ['first and last together', '{ conversations(first: 1, last: 1) { nodes { id } } }', 'BAD_USER_INPUT'],
    ['more than a page', '{ conversations(first: 101) { nodes { id } } }', 'BAD_USER_INPUT'],
    ['a negative page', '{ conversations(first: -1) { nodes { id } } }', 'BAD_USER_INPUT'],
    ['a malformed id', '{ message(id: "nonsense") { id } }', 'BAD_USER_INPUT'],
    ['an address with a NUL', '{ contacts(filter: { address: "\\u0000" }) { nodes { id } } }', 'BAD_USER_INPUT'],
    ['a type with a NUL', '{ events(filter: { types: ["\\u0000"] }) { nodes { id } } }', 'BAD_USER_INPUT'],
  ])('%s', async (_what, query, code) => {
    expect((await app.client.ask(query)).errors?.[0]?.extensions.code).toBe(code);
  });

  it('answers null for an id that nobody has', async () => {
    expect(await app.client.run('{ message(id: "msg_00000000000000000000000000") { id } }')).toEqual({ message: null });
  });

  it('ends a subscription to an unknown conversation with NOT_FOUND', async () => {
    const watch = app.client.watch(
      'subscription { inboxUpdated(conversationId: "conv_00000000000000000000000000") { cursor } }',
    );
    await expect.poll(() => JSON.stringify(watch.errors)).toContain('NOT_FOUND');
    await watch.stop();
  });
});

describe('over HTTP', () => {
  it('refuses who brings no key, and who brings a wrong one', async () => {
    const wrong: Record<string, string>[] = [{}, { authorization: 'Bearer pk_wrong' }, { 'x-api-key': 'pk_wrong' }];
    for (const headers of wrong) {
      const answer = await fetch(`${app.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ query: '{ viewer { workspaceId } }' }),
      });
      expect(answer.status).toBe(401);
      expect(await answer.text()).toContain('UNAUTHENTICATED');
    }
  });

  it('refuses a body over 4 MiB', async () => {
    const status = await new Promise<number | undefined>((resolve) => {
      const call = request(
        `${app.url}/graphql`,
        { method: 'POST', headers: { 'content-type': 'application/json' } },
        (answer) => {
          resolve(answer.statusCode);
          answer.resume();
        },
      );
      call.on('error', () => resolve(413));
      call.end(Buffer.alloc(5 * 1024 * 1024, ' '));
    });
    expect(status).toBe(413);
  });

  it('refuses what a page elsewhere can send unasked: a form, or a link (CSRF)', async () => {
    const query = encodeURIComponent('{ cursor }');
    expect((await fetch(`${app.url}/graphql?query=${query}`)).status).toBe(400);
    for (const type of ['text/plain', 'application/x-www-form-urlencoded']) {
      const headers = { 'content-type': type };
      const answer = await fetch(`${app.url}/graphql`, { method: 'POST', headers, body: `query=${query}` });
      expect([type, answer.status >= 400 && answer.status < 500]).toEqual([type, true]);
    }
  });
});
