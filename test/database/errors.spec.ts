import { describe, expect, it } from 'vitest';
import { isDatabaseAway, sqlStateOf } from '../../src/database/errors.js';

const withCode = (code: string, more: object = {}) => Object.assign(new Error('words'), { code, ...more });

describe('what an error of Postgres says', () => {
  it.each([
    ['a refused connection', withCode('ECONNREFUSED')],
    ['a shutdown', withCode('57P01')],
    ['a session that stood still within a transaction', withCode('25P03')],
    ['a transaction that took too long', withCode('25P04')],
    ['a connection exception', withCode('08006')],
    ['too many connections', withCode('53300')],
    ['a missing socket file', withCode('ENOENT', { syscall: 'connect' })],
    ['a lost connection', new Error('Connection terminated unexpectedly')],
    ['a pool that waited too long', new Error('timeout exceeded when trying to connect')],
    ['a black hole', new Error('Query read timeout')],
    ['one below others', new Error('Failed query', { cause: new Error('deeper', { cause: withCode('ECONNRESET') }) })],
    ['one of several addresses', new AggregateError([withCode('ECONNREFUSED')], '')],
  ])('tells that Postgres is away from %s', (_, error) => {
    expect(isDatabaseAway(error)).toBe(true);
  });

  it.each([
    ['a unique violation', withCode('23505')],
    ['a wrong password', withCode('28P01')],
    ['a missing file', withCode('ENOENT', { syscall: 'open' })],
    ['anything else', new Error('words')],
    ['no error at all', 'ECONNREFUSED'],
  ])('does not take %s for it', (_, error) => {
    expect(isDatabaseAway(error)).toBe(false);
  });

  it('finds the SQLSTATE below the error that wraps it', () => {
    expect(sqlStateOf(new Error('Failed query', { cause: withCode('23505') }))).toBe('23505');
    expect(sqlStateOf(withCode('ECONNREFUSED'))).toBeUndefined();
  });
});
