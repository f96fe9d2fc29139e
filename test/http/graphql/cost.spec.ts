import { GraphQLError, OperationTypeNode, getOperationAST, parse, type DocumentNode } from 'graphql';
import { describe, expect, it } from 'vitest';
import { requireAffordable } from '../../../src/http/graphql/cost.js';
import { buildParleySchema } from '../../../src/schema/build-schema.js';

const schema = buildParleySchema();
const SEND = { channelId: 'x', to: { phoneNumber: '+15550100000' }, content: { text: { text: 'a' } } };

/** The code of the refusal; undefined when the operation may run. */
function judge(query: string | DocumentNode, variables: Record<string, unknown> = {}): unknown {
  const document = typeof query === 'string' ? parse(query) : query;
  const operation = getOperationAST(document);
  if (!operation) throw new Error(`No ${OperationTypeNode.QUERY}.`);
  try {
    requireAffordable(schema, document, operation, variables);
    return undefined;
  } catch (error) {
    return error instanceof GraphQLError ? error.extensions['code'] : error;
  }
}

describe('cost', () => {
  it.each([
    [
      'an inbox of 100 with its last messages',
      '{ conversations(first: 100) { nodes { id contact { displayName } lastMessage { status content { text } } } } }',
    ],
    [
      '25 conversations with 25 messages and their timelines',
      '{ conversations { nodes { messages { nodes { id status content { text } timeline { status occurredAt } } } } } }',
    ],
    ['1,000 events', '{ events(first: 1000) { nodes { id type time cursor data } pageInfo { endCursor } } }'],
  ])('allows %s', (_what, query) => {
    expect(judge(query)).toBeUndefined();
  });

  it.each([
    {
      what: 'a larger page',
      query: 'query ($n: Int) { conversations(first: $n) { nodes { messages(first: 100) { nodes { id } } } } }',
      cheap: { n: 10 },
      dear: { n: 10_000 },
    },
    {
      what: 'more ids',
      query:
        'query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Conversation { messages(first: 100) { nodes { id } } } } }',
      cheap: { ids: ['a'] },
      dear: { ids: Array.from({ length: 1_000 }, () => 'a') },
    },
    {
      what: 'more messages',
      query:
        'mutation ($input: SendMessagesInput!) { sendMessages(input: $input) { results { message { conversation { messages(first: 100) { nodes { id } } } } } } }',
      cheap: { input: { messages: [SEND] } },
      dear: { input: { messages: Array.from({ length: 500 }, () => SEND) } },
    },
    {
      what: 'a part that was left out',
      query:
        'query ($all: Boolean!) { conversations(first: 100) { nodes { id messages(first: 400) @include(if: $all) { nodes { id } } } } }',
      cheap: { all: false },
      dear: { all: true },
    },
  ])('judges a document anew that comes again with $what', ({ query, cheap, dear }) => {
    const document = parse(query);
    expect([judge(document, cheap), judge(document, cheap)]).toEqual([undefined, undefined]);
    expect([judge(document, dear), judge(document, dear)]).toEqual(['QUERY_TOO_COMPLEX', 'QUERY_TOO_COMPLEX']);
    expect(judge(document, cheap)).toBeUndefined();
  });

  const batchOf = (count: number, fields: string) =>
    judge(
      `mutation ($input: SendMessagesInput!) { sendMessages(input: $input) { cursor userErrors { code } results {
        cursor userErrors { code field message } message { ${fields} } } } }`,
      {
        input: {
          messages: Array.from({ length: count }, () => SEND),
        },
      },
    );

  it('says what an operation weighs: its fields, what it sends, and of that what is in batches', () => {
    const document = parse(`mutation ($input: SendMessagesInput!, $one: SendMessageInput!, $both: Boolean!) {
      a: sendMessage(input: $one) { cursor } ...Again @include(if: $both) sendMessages(input: $input) { cursor } }
      fragment Again on Mutation { b: sendMessage(input: $one) { cursor } }`);
    const weigh = (both: boolean, count: number) => {
      const variables = { both, one: SEND, input: { messages: Array.from({ length: count }, () => SEND) } };
      const operation = getOperationAST(document);
      return operation && requireAffordable(schema, document, operation, variables);
    };
    expect(weigh(true, 3)).toMatchObject({ sends: 5, batched: 3 });
    expect(weigh(false, 4)).toMatchObject({ sends: 5, batched: 4 });
    // Remembered by the shape of its variables.
    expect(weigh(true, 3)).toEqual(weigh(true, 3));
    expect(weigh(true, 600)).toMatchObject({ sends: 502, batched: 500 });
    expect(weigh(true, 3)?.cost).toBeLessThan(weigh(true, 4)?.cost ?? 0);
  });

  it('counts each message of a batch, and no more of them than may be sent', () => {
    const whole = `id status statusAt reference idempotencyKey metadata createdAt content { text }
      conversation { id } contact { displayName } channel { id }`;
    expect(batchOf(500, whole)).toBeUndefined();
    expect(batchOf(5_000, whole)).toBeUndefined();
    const everyKind = `id status content { text ... on CarouselContent { cards { title media { url } actions { kind text } } }
      ... on ImageContent { images { url } actions { text } } ... on TemplateContent { name parameters { key value } } }`;
    expect(batchOf(500, everyKind)).toBeUndefined();
    const pages = 'conversation { messages { nodes { id } } }';
    expect(batchOf(10, pages)).toBeUndefined();
    expect(batchOf(500, pages)).toBe('QUERY_TOO_COMPLEX');
  });

  it.each([
    [
      'pages in pages',
      '{ conversations(first: 100) { nodes { messages(first: 100) { nodes { id status updatedAt } } } } }',
    ],
    [
      'both sides of a connection',
      '{ conversations(first: 100) { edges { node { messages(first: 100) { edges { node { id } cursor } nodes { id } } } } } }',
    ],
    [
      'many nodes by id with pages of their own',
      `{ nodes(ids: [${'"x",'.repeat(100)}]) { ... on Conversation { messages(first: 100) { nodes { id status createdAt } } } } }`,
    ],
  ])('refuses %s', (_what, query) => {
    expect(judge(query)).toBe('QUERY_TOO_COMPLEX');
  });

  it('reads page sizes out of variables, too', () => {
    const query = `query ($size: Int) { conversations(first: $size) { nodes { messages(first: $size) { nodes { id status createdAt } } } } }`;
    expect(judge(query, { size: 5 })).toBeUndefined();
    expect(judge(query, { size: 100 })).toBe('QUERY_TOO_COMPLEX');
  });

  it('counts what is folded of events dearer than what is read from a row', () => {
    const pages = (asOf: string) =>
      Array.from(
        { length: 10 },
        (_, n) => `c${n}: conversation(id: "x"${asOf}) { messages(first: 100) { nodes {
        id status statusAt createdAt updatedAt author authorId direction sortKey } } }`,
      ).join(' ');
    expect(judge(`{ ${pages('')} }`)).toBeUndefined();
    expect(judge(`{ ${pages(', asOf: null')} }`)).toBeUndefined();
    expect(judge(`{ ${pages(', asOf: { cursor: "x" }')} }`)).toBe('QUERY_TOO_COMPLEX');
    const one =
      '{ conversation(id: "x", asOf: { cursor: "x" }) { messages(first: 100) { nodes { timeline { status } } } } }';
    expect(judge(one)).toBeUndefined();
  });

  it('leaves variables that do not fit to the execution', () => {
    expect(
      judge('query ($size: Int!) { conversations(first: $size) { nodes { id } } }', { size: 'x' }),
    ).toBeUndefined();
  });

  it.each([
    ['of an argument', 'query ($id: ID = "x") { node(id: $id) { id } }', { id: null }],
    ['of a directive', 'query ($if: Boolean = true) { cursor @include(if: $if) }', { if: null }],
    [
      'of a oneOf',
      'mutation ($to: PhoneNumber) { sendMessage(input: { channelId: "x", to: { phoneNumber: $to }, content: { text: { text: "a" } } }) { cursor } }',
      {},
    ],
  ])("tells a null that only a variable's value brings: %s", (_what, query, variables) => {
    expect(judge(query, variables)).toBe('BAD_USER_INPUT');
  });
});
