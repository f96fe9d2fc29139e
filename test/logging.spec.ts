import { DrizzleQueryError } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { describeError } from '../src/logging.js';

const MARKER = '+15550199999';

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
