import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PageCursorError } from '../../../src/events/queries/finders.js';
import { decodePageCursor, encodePageCursor } from '../../../src/events/queries/page-cursor.js';

const major = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const id = fc.option(fc.uuid(), { nil: undefined });

describe('a page cursor', () => {
  it('comes back as the place it was made of', () => {
    fc.assert(
      fc.property(fc.string(), major, id, (scope, at, tie) => {
        expect(decodePageCursor(scope, encodePageCursor(scope, { major: at, id: tie }))).toEqual({
          major: at,
          id: tie,
        });
      }),
    );
  });

  it('of another list is refused', () => {
    const cursor = encodePageCursor('messages/ws_1/conv_1', { major: 5n });
    expect(() => decodePageCursor('messages/ws_1/conv_2', cursor)).toThrow(PageCursorError);
    expect(() => decodePageCursor('messages/ws_2/conv_1', cursor)).toThrow(PageCursorError);
  });

  it('is refused when it is garbage, cut, lengthened or altered', () => {
    const scope = 'contacts/ws_1';
    const cursor = encodePageCursor(scope, { major: 5n, id: '01890a5d-ac96-774b-bcce-b302099a8057' });
    const altered = `${cursor.startsWith('A') ? 'B' : 'A'}${cursor.slice(1)}`;
    const garbage = [
      '',
      ' ',
      '0',
      'null',
      `${cursor}=`,
      `${cursor}AAAA`,
      cursor.slice(0, -4),
      altered,
      'A'.repeat(10_000),
    ];
    for (const text of garbage) expect(() => decodePageCursor(scope, text), text.slice(0, 50)).toThrow(PageCursorError);
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String()), (text) => {
        expect(() => decodePageCursor(scope, text)).toThrow(PageCursorError);
      }),
    );
  });
});
