import { GraphQLError } from 'graphql';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { AppError, UnavailableError } from '../../../src/errors.js';
import { LogUnavailableError } from '../../../src/events/log/event-log.js';
import { PageCursorError } from '../../../src/events/queries/finders.js';
import { createErrorPresenter, isUnavailable, toGraphQLError } from '../../../src/http/graphql/errors.js';

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
