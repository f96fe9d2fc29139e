import { expect, it } from 'vitest';
import { isOriginAllowed } from '../../src/http/origins.js';

it.each([
  [undefined, [], true],
  ['http://localhost:4000', [], true],
  ['http://localhost:5173', [], false],
  ['http://localhost:5173', ['http://localhost:5173'], true],
  ['https://elsewhere.example', ['*'], true],
  ['null', [], false],
])('a page from %s with %j allowed: %s', (origin, allowed, expected) => {
  expect(isOriginAllowed(origin, 'localhost:4000', allowed)).toBe(expected);
});
