import fc from 'fast-check';
import { expect, it } from 'vitest';
import { dispositionOf } from '../../src/http/disposition.js';

it.each([
  [true, undefined, 'inline'],
  [false, '', 'attachment'],
  [true, 'a.png', `inline; filename="a.png"; filename*=UTF-8''a.png`],
  [false, '日本 (1).pdf', `attachment; filename="__ (1).pdf"; filename*=UTF-8''%E6%97%A5%E6%9C%AC%20%281%29.pdf`],
  [false, '../../etc/pass"wd', `attachment; filename=".._.._etc_pass_wd"; filename*=UTF-8''.._.._etc_pass%22wd`],
  [false, 'a\r\nset-cookie: x', `attachment; filename="a__set-cookie: x"; filename*=UTF-8''a__set-cookie%3A%20x`],
])('shown %s, named %j: %s', (isShown, filename, expected) => {
  expect(dispositionOf(isShown, filename)).toBe(expected);
});

it('is one header, whatever the name', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (name) => {
      expect(dispositionOf(false, name)).toMatch(
        /^attachment(; filename="[^"\\\r\n]*"; filename\*=UTF-8''[\w.!#$&+^`|~%-]*)?$/,
      );
    }),
  );
  expect(dispositionOf(false, '\ud800')).toContain('attachment');
});
