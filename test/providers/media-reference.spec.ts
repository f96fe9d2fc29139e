import { expect, it } from 'vitest';
import { mediaIdIn, toMediaReference } from '../../src/providers/media-reference.js';

it.each(['AgACAgQ', 'https://media.example/a?b=c&d=é'])('a file of the provider is named and found again: %s', (id) => {
  expect(mediaIdIn(toMediaReference(id))).toBe(id);
  expect(toMediaReference(id)).toMatch(/^provider-media:[\x21-\x7e]+$/);
});

it.each(['https://example.net/a.jpg', '', 'provider-media:%'])('%j names none', (url) => {
  expect(mediaIdIn(url)).toBeUndefined();
});
