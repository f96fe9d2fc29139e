import { readFile } from 'node:fs/promises';
import {
  buildClientSchema,
  getIntrospectionQuery,
  isEnumType,
  isObjectType,
  type GraphQLObjectType,
  type GraphQLSchema,
  type IntrospectionQuery,
} from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiClient } from '../support/api-client.js';
import { eventually } from '../support/eventually.js';
import { minimalOperations } from '../support/minimal-operation.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { MUTATIONS } from './operations/mutations.js';
import { QUERIES } from './operations/queries.js';
import { setStage, type Covered, type Given, type Stage, type Variables } from './operations/stage.js';
import { SUBSCRIPTIONS } from './operations/subscriptions.js';

// Every query and mutation over HTTP and every subscription over a WebSocket, as it works and as it is refused. The schema
// that the server tells of itself says what there is: a new operation, and a new code, fails until somebody asks for it.

/** Codes that no operation can be brought to here, and the tests that see them. */
const SEEN_ELSEWHERE: Readonly<Record<string, string>> = {
  CHANNEL_BACKLOGGED: 'test/events/commands/backlog.int.spec.ts',
  CONTENT_UNSUPPORTED: 'test/events/message/decide.spec.ts',
  RATE_LIMITED: 'test/e2e/limits.embedded.e2e.spec.ts',
  SCOPE_NOT_HELD: 'test/e2e/api-keys.embedded.e2e.spec.ts',
  SERVICE_WINDOW_CLOSED: 'test/events/message/decide.spec.ts',
  UNAVAILABLE: 'test/events/commands/send-messages.int.spec.ts',
};

let app: TestApp;
let stage: Stage;
let schema: GraphQLSchema;
beforeAll(async () => {
  app = await startTestApp();
  schema = buildClientSchema(await app.client.run<IntrospectionQuery>(getIntrospectionQuery()));
  stage = await setStage(app);
});
afterAll(async () => {
  await stage.stop();
  await app.stop();
});

type Root = 'Query' | 'Mutation' | 'Subscription';

function fieldsOf(root: Root): ReturnType<GraphQLObjectType['getFields']> {
  const type = schema.getType(root);
  return isObjectType(type) ? type.getFields() : {};
}

function codesOfRefusals(): readonly string[] {
  const type = schema.getType('UserErrorCode');
  return isEnumType(type) ? type.getValues().map(({ name }) => name) : [];
}

/** The document that passes these variables on, each with the type that the schema gives it. */
function documentOf(root: Root, name: string, selection: string, variables: Variables): string {
  const args = fieldsOf(root)[name]?.args.filter((arg) => arg.name in variables) ?? [];
  const declared = args.map((arg) => `$${arg.name}: ${String(arg.type)}`).join(', ');
  const passed = args.map((arg) => `${arg.name}: $${arg.name}`).join(', ');
  const below = selection === '' ? '' : ` { ${selection} }`;
  return `${root.toLowerCase()}${declared && `(${declared})`} { answer: ${name}${passed && `(${passed})`}${below} }`;
}

const expectedOf = ({ answers }: Covered): unknown => (typeof answers === 'function' ? answers(stage) : answers);
const refusalsOf = (all: Readonly<Record<string, Covered>>) =>
  Object.entries(all).flatMap(([name, { refusals }]) =>
    Object.entries(refusals).map(([code, given]) => [name, code, given] as const),
  );

it.each([
  ['Query', QUERIES],
  ['Mutation', MUTATIONS],
  ['Subscription', SUBSCRIPTIONS],
] as const)('%s has no field that is not asked for here', (root, asked) => {
  expect(Object.keys(asked).sort()).toEqual(Object.keys(fieldsOf(root)).sort());
});

it('each code of a refusal is seen here, or where it says', async () => {
  const here = new Set(refusalsOf(MUTATIONS).map(([, code]) => code));
  for (const [code, file] of Object.entries(SEEN_ELSEWHERE)) {
    expect(here.has(code), `${code} is seen here: it need not be elsewhere`).toBe(false);
    expect(await readFile(file, 'utf8'), file).toContain(code);
  }
  expect([...here, ...Object.keys(SEEN_ELSEWHERE)].sort()).toEqual([...codesOfRefusals()].sort());
});

it('each query and mutation is refused to who has no key', async () => {
  const stranger = apiClient(app.url, 'pk_of-nobody-at-all');
  const operations = minimalOperations(schema).filter(({ kind }) => kind !== 'subscription');
  for (const { name, query, variables } of operations) {
    const { status, errors = [] } = await stranger.ask(query, variables);
    expect([name, status, ...errors.map(({ extensions }) => extensions.code)]).toEqual([name, 401, 'UNAUTHENTICATED']);
  }
});

describe('over HTTP', () => {
  const ask = (root: 'Query' | 'Mutation', name: string, selection: string, variables: Variables) =>
    app.client.ask<{ answer: unknown }>(documentOf(root, name, selection, variables), variables);

  it.each(Object.entries(QUERIES))('%s answers', async (name, covered) => {
    const variables = await covered.works(stage);
    const { data, errors } = await ask('Query', name, covered.selection, variables);
    expect(errors).toBeUndefined();
    expect(data?.answer).not.toBeNull();
    const expected = expectedOf(covered);
    if (expected !== undefined) expect(data?.answer).toMatchObject(expected as object);
  });

  it.each(refusalsOf(QUERIES))('%s is refused with %s', async (name, code, given) => {
    const selection = QUERIES[name]?.selection ?? '';
    const { errors } = await ask('Query', name, selection, await given(stage));
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual([code]);
  });

  const askPayload = async (name: string, given: Given) => {
    const selection = `${MUTATIONS[name]?.selection ?? ''} userErrors { code }`;
    const variables = { input: await given(stage) };
    const { data, errors } = await ask('Mutation', name, selection, variables);
    expect(errors).toBeUndefined();
    return data?.answer as Readonly<Record<string, unknown>>;
  };

  it.each(Object.entries(MUTATIONS))('%s does it', async (name, covered) => {
    expect(await askPayload(name, covered.works)).toMatchObject({ userErrors: [], ...(expectedOf(covered) as object) });
  });

  it.each(refusalsOf(MUTATIONS))('%s is refused with %s', async (name, code, given) => {
    const { userErrors, ...rest } = await askPayload(name, given);
    expect((userErrors as { code: string }[]).map((error) => error.code)).toEqual([code]);
    // Nothing beside a refusal but that it wasn't done, and no list of what was.
    expect(
      Object.values(rest).filter(
        (value) => value !== null && value !== false && !(Array.isArray(value) && value.length === 0),
      ),
    ).toEqual([]);
  });
});

describe('over a WebSocket', () => {
  const watch = (name: string, selection: string, variables: Variables) =>
    app.client.watch<{ answer: object }>(documentOf('Subscription', name, selection, variables), variables);

  it.each(Object.entries(SUBSCRIPTIONS))('%s tells', async (name, covered) => {
    const watching = watch(name, covered.selection, await covered.works(stage));
    await eventually(
      async () => {
        // Of what is only told live, and of nothing before: again until somebody listens.
        if (name === 'typingChanged') await showTyping();
        expect(watching.items[0]?.answer).toMatchObject({ ...(expectedOf(covered) as object) });
      },
      { timeoutMs: 10_000, everyMs: 100 },
    );
    expect(watching.errors).toEqual([]);
    await watching.stop();
  });

  it.each(refusalsOf(SUBSCRIPTIONS))('%s is refused with %s', async (name, code, given) => {
    const watching = watch(name, SUBSCRIPTIONS[name]?.selection ?? '', await given(stage));
    await eventually(() => expect(watching.errors).not.toEqual([]));
    expect(watching.errors).toMatchObject([{ extensions: { code } }]);
    expect(watching.items).toEqual([]);
    await watching.stop();
  });
});

const showTyping = () =>
  app.client.run('mutation ($id: ID!) { setTyping(input: { conversationId: $id }) { userErrors { code } } }', {
    id: stage.thread.conversationId,
  });
