import { buildSchema, execute, GraphQLError, parse, validate } from 'graphql';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { AppError, UnavailableError } from '../../../src/errors.js';
import { LogUnavailableError } from '../../../src/events/log/event-log.js';
import { PageCursorError } from '../../../src/events/queries/finders.js';
import {
  createErrorPresenter,
  isUnavailable,
  toGraphQLError,
  withoutValues,
} from '../../../src/http/graphql/errors.js';

const lines: string[] = [];
const present = createErrorPresenter(pino({ level: 'info' }, { write: (line) => lines.push(line) }));
const thrownIn = (error: Error) => new GraphQLError(error.message, { originalError: error, path: ['sendMessage'] });

describe('what a client is told of a fault', () => {
  it.each([
    ['one of ours', new AppError('NOT_FOUND', 'There is no such message.'), 'NOT_FOUND'],
    ['an unknown outcome', new UnavailableError('Not known.'), 'UNAVAILABLE'],
    ['the log away', new LogUnavailableError('broker 3 gone'), 'UNAVAILABLE'],
    ['a page cursor of another list', new PageCursorError('x'), 'CURSOR_INVALID'],
    ['Postgres away', Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }), 'UNAVAILABLE'],
    ['a statement that took too long (F10)', Object.assign(new Error('canceling'), { code: '57014' }), 'UNAVAILABLE'],
    ['a defect', new TypeError('secret +15550100000'), 'INTERNAL_SERVER_ERROR'],
  ])('%s', (_what, error, code) => {
    const told = present(thrownIn(error));
    expect(told.extensions?.['code']).toBe(code);
    expect(told.path).toEqual(['sendMessage']);
    expect(told.message).not.toMatch(/secret|broker|ECONN/);
  });

  it('says when to come back', () => {
    expect(present(thrownIn(new UnavailableError('Not known.'))).extensions).toEqual({
      code: 'UNAVAILABLE',
      retryAfterMs: 1_000,
    });
  });

  it("keeps GraphQL's own words, without suggestions", () => {
    const error = new GraphQLError('Cannot query field "nam" on type "Channel". Did you mean "name"?', {
      extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
    });
    expect(present(error)).toMatchObject({
      message: 'Cannot query field "nam" on type "Channel".',
      extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
    });
  });

  const SECRET = 'my "words"; at "home"; found';
  const schema = buildSchema(
    'enum E { A } input I { n: Int, e: E, id: ID, s: String } type Query { q(i: I, n: Int): String }',
  );
  const literal = JSON.stringify(SECRET);
  const answersTo = (variables: object) =>
    execute({ schema, document: parse('query ($i: I) { q(i: $i) }'), variableValues: { i: variables } });
  it.each([
    ['a number', { n: SECRET }],
    ['an enum', { e: SECRET }],
    ['an id', { id: { is: SECRET } }],
    ['a string', { s: [SECRET] }],
  ])('says which variable is wrong, and quotes nothing of it: %s', async (_what, variables) => {
    const messages = ((await answersTo(variables)).errors ?? []).map(({ message }) => message);
    expect(messages).toHaveLength(1);
    expect(messages.join()).toContain('home');
    expect(messages.map(withoutValues).join()).toMatch(/^Variable "\$i" got an invalid value at "i\.\w+"; .+\.$/);
    expect(messages.map(withoutValues).join()).not.toMatch(/words|home/);
  });

  it('quotes no literal either, of a document that does not fit or does not parse', () => {
    const wrong = [`{ q(i: { n: ${literal} }) }`, `{ q(i: { e: ${literal} }) }`, `{ q(n: ${literal}) }`];
    const faults = wrong.flatMap((text) => validate(schema, parse(text)));
    expect(faults).toHaveLength(3);
    const parseFaults = [`{ q(${literal}: 1) }`, `{ ${literal} }`].map((text) => {
      try {
        parse(text);
      } catch (error) {
        return error as GraphQLError;
      }
      throw new Error('It was parsed.');
    });
    for (const { message } of [...faults, ...parseFaults]) {
      expect(message).toContain('home');
      expect(withoutValues(message)).not.toMatch(/words|home/);
    }
  });

  it('calls what Apollo refuses without a code a bad request', () => {
    const error = new GraphQLError('provided sha does not match query', { extensions: { http: { status: 400 } } });
    expect(present(error).extensions).toEqual({ code: 'BAD_REQUEST' });
  });

  it('logs what a client is not told', () => {
    lines.length = 0;
    present(thrownIn(new TypeError('a defect')));
    expect(lines).toHaveLength(1);
    present(thrownIn(new AppError('NOT_FOUND', 'x')));
    expect(lines).toHaveLength(1);
  });
});

describe('before the execution', () => {
  it('gives a status, and says how to authenticate', () => {
    const { extensions } = toGraphQLError(new AppError('UNAUTHENTICATED', 'Who?'));
    expect(extensions['http']).toEqual({ status: 401, headers: new Map([['www-authenticate', 'Bearer']]) });
    expect(toGraphQLError(new UnavailableError('x')).extensions['http']).toMatchObject({ status: 503 });
  });

  it('knows what waiting helps against', () => {
    expect(isUnavailable(thrownIn(new UnavailableError('x')))).toBe(true);
    expect(isUnavailable(thrownIn(new TypeError('x')))).toBe(false);
  });
});
