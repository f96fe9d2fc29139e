import { DrizzleQueryError } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { describeError, messageOf } from '../src/logging.js';

const MARKER = '+15550199999';

function thrownBy(work: () => unknown): Error {
  try {
    work();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('Nothing was thrown.');
}

describe('describeError', () => {
  it('keeps what helps: name, code, message, frames, causes', () => {
    const cause = Object.assign(new TypeError('inner'), { code: 'ECONNREFUSED' });
    expect(describeError(new Error('outer', { cause }))).toEqual({
      name: 'Error',
      message: 'outer',
      stack: expect.arrayContaining([expect.stringMatching(/^at .*logging\.spec/)]),
      cause: { name: 'TypeError', code: 'ECONNREFUSED', message: 'inner', stack: expect.any(Array) },
    });
  });

  it('drops the parameters that drivers hang onto errors, wherever they stand', () => {
    const pgError = Object.assign(new Error('duplicate key value'), { detail: `Key (address)=(${MARKER}) exists.` });
    const error = new DrizzleQueryError('insert into t values ($1)', [MARKER], pgError);
    expect(JSON.stringify(error.message)).toContain(MARKER);
    expect(JSON.stringify(describeError(error))).not.toContain(MARKER);
    expect(JSON.stringify(describeError(new AggregateError([error], 'several')))).not.toContain(MARKER);
  });

  it('replaces what parsers and Postgres quote of what they could not take', () => {
    const refused = Object.assign(new Error(`invalid input syntax for type uuid: "${MARKER}"`), { code: '22P02' });
    const failures = [
      refused,
      thrownBy(() => JSON.parse(`x${MARKER}`)),
      thrownBy(() => z.strictObject({}).parse({ [MARKER]: 1 })),
    ];
    for (const failure of failures) {
      expect(failure.message).toContain(MARKER);
      expect(JSON.stringify(describeError(new Error('outer', { cause: failure })))).not.toContain(MARKER);
    }
    expect(describeError(refused)).toMatchObject({
      code: '22P02',
      message: 'Postgres refuses the data (SQLSTATE 22P02).',
    });
  });

  it('ends, even when an error causes itself', () => {
    const error = new Error('loop');
    error.cause = error;
    expect(JSON.stringify(describeError(error)).length).toBeLessThan(20_000);
  });

  it('says of what is no error only what it is', () => {
    expect(describeError({ secret: MARKER })).toBe('thrown: object');
    expect(describeError('plain words')).toBe('plain words');
  });
});

it('says why nobody answers where every address of a name was tried', () => {
  const refused = (address: string) => new Error(`connect ECONNREFUSED ${address}`);
  const all = new AggregateError([refused('::1:5432'), refused('127.0.0.1:5432')], '');
  expect(messageOf(new Error('Outer', { cause: all }))).toBe(
    'Outer (connect ECONNREFUSED ::1:5432, connect ECONNREFUSED 127.0.0.1:5432)',
  );
});
