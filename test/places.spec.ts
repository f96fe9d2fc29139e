import { expect, it } from 'vitest';
import { createPlaces } from '../src/places.js';

it('are so many in all, and so many for each; each is given back once', () => {
  const places = createPlaces(3, 2);
  const [first, second] = [places.take('a'), places.take('a')];
  expect(places.take('a')).toBeUndefined();
  expect(places.take('b')).toBeDefined();
  expect(places.take('b')).toBeUndefined();
  expect(places.taken()).toBe(3);
  first?.();
  first?.();
  expect(places.taken()).toBe(2);
  expect(places.take('a')).toBeDefined();
  expect(places.take('c')).toBeUndefined();
  second?.();
  expect(places.take('c')).toBeDefined();
});
