import 'reflect-metadata';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/errors.js';
import { createCursorCodec, originVector } from '../../src/events/kernel/cursor.js';
import { conversationIds } from '../../src/events/kernel/ids.js';
import { PageArgs } from '../../src/schema/graphql/page.args.js';
import { optionalCursor, requireId, requirePageSize, toPageRequest } from '../../src/resolvers/arguments.js';

const codeOf = (judge: () => unknown): unknown => {
  try {
    return judge();
  } catch (error) {
    return error instanceof AppError ? error.code : error;
  }
};

const pageArgs = (given: Readonly<Record<string, unknown>>) => Object.assign(new PageArgs(), given);

describe('page arguments', () => {
  it.each([
    ['nothing', {}, { limit: 25, direction: 'forward' }],
    ['first', { first: 100 }, { limit: 100, direction: 'forward' }],
    ['last', { last: 3 }, { limit: 3, direction: 'backward' }],
    ['after alone', { after: 'x' }, { limit: 25, direction: 'forward', after: 'x' }],
    ['before alone', { before: 'x' }, { limit: 25, direction: 'backward', before: 'x' }],
    ['nulls, which mean absent', { first: null, last: 5, after: null }, { limit: 5, direction: 'backward' }],
    ['an empty page', { first: 0 }, { limit: 0, direction: 'forward' }],
  ])('%s', (_what, args, request) => {
    expect(toPageRequest(pageArgs(args))).toEqual({ after: undefined, before: undefined, ...request });
  });

  it('of messages are the last 25 when nothing is said', () => {
    expect(toPageRequest(pageArgs({}), 'backward')).toMatchObject({ limit: 25, direction: 'backward' });
    expect(toPageRequest(pageArgs({ first: 2 }), 'backward')).toMatchObject({ direction: 'forward' });
  });

  it.each([
    ['both', { first: 1, last: 1 }],
    ['more than 100', { first: 101 }],
    ['a negative number', { last: -1 }],
  ])('refuses %s', (_what, args) => {
    expect(codeOf(() => toPageRequest(pageArgs(args)))).toBe('BAD_USER_INPUT');
  });

  it('allows 1,000 events', () => {
    expect(requirePageSize(1_000, 'first', 1_000)).toBe(1_000);
    expect(codeOf(() => requirePageSize(1_001, 'first', 1_000))).toBe('BAD_USER_INPUT');
  });
});

describe('ids and cursors', () => {
  it('takes an id only of its own kind', () => {
    expect(codeOf(() => requireId(conversationIds, 'msg_00000000000000000000000000'))).toBe('BAD_USER_INPUT');
    expect(requireId(conversationIds, 'conv_00000000000000000000000000')).toBe('conv_00000000000000000000000000');
  });

  it('takes a cursor only of this log', () => {
    const cursors = createCursorCodec('this', 3);
    const other = createCursorCodec('other', 3).encode(originVector(3));
    expect(codeOf(() => optionalCursor(cursors, other))).toBe('CURSOR_INVALID');
    expect(codeOf(() => optionalCursor(cursors, ''))).toBe('CURSOR_INVALID');
    expect(optionalCursor(cursors, null)).toBeUndefined();
  });
});
