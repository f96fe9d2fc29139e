import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { PROVIDER_KINDS } from '../../src/events/channel/events.js';
import { providersPage } from '../../src/providers/providers-page.js';
import { createAdapters } from '../../src/roles/providers.js';

it('is told by docs/providers/README.md as it is: `npm run emit` writes it', () => {
  const adapters = createAdapters(() => undefined);
  expect(new Set(adapters.map(({ kind }) => kind))).toEqual(new Set(PROVIDER_KINDS));
  const page = providersPage(adapters);
  expect(readFileSync(new URL('../../docs/providers/README.md', import.meta.url), 'utf8')).toBe(page);
  for (const { kind, platforms } of adapters)
    for (const platform of platforms)
      expect(page).toMatch(new RegExp(`${kind}.*${platforms.length > 1 ? platform : ''}`));
});
