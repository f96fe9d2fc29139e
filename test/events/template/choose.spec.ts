import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseTemplate, type TemplateCandidate } from '../../../src/events/template/choose.js';

interface Kept extends TemplateCandidate {
  readonly id: string;
}
const kept = (id: string, locale: string | null, version: string | null = null, more: Partial<Kept> = {}): Kept => ({
  ...{ id, name: 'order', locale, version, isOwnName: true, createdAt: new Date(0), ...more },
});
const later = { createdAt: new Date(1) };
const chosen = (all: readonly Kept[], asked: { locale?: string; version?: string } = {}) => {
  const found = chooseTemplate(all, asked);
  return found.kind === 'chosen' ? found.template.id : found;
};

describe('which template a send means', () => {
  it('none, the only one, whatever its locale', () => {
    expect(chosen([])).toEqual({ kind: 'unknown' });
    expect(chosen([kept('a', 'nl')])).toBe('a');
    expect(chosen([kept('a', null)], { locale: 'nl' })).toBe('a');
  });

  it('the locale that it says before one for all; without one that for all', () => {
    const all = [kept('nl', 'nl'), kept('all', null, null, later)];
    expect(chosen(all, { locale: 'nl' })).toBe('nl');
    expect(chosen(all)).toBe('all');
  });

  it('has to say which locale, where there are several and none for all', () => {
    expect(chosen([kept('a', 'nl'), kept('b', 'en')])).toEqual({ kind: 'several', locales: ['en', 'nl'] });
  });

  it('the version that it says before one for all; without one that which was made last', () => {
    const all = [
      kept('1', 'nl', '1'),
      kept('2', 'nl', '2', later),
      kept('all', 'nl', null, { createdAt: new Date(2) }),
    ];
    expect(chosen(all, { locale: 'nl' })).toBe('all');
    expect(chosen(all.slice(0, 2), { locale: 'nl' })).toBe('2');
    expect(chosen([kept('1', 'nl', '1'), kept('all', 'nl', null, later)], { version: '1' })).toBe('1');
  });

  it('that which has the name here before that which has it at the provider', () => {
    const all = [kept('theirs', 'nl', null, { isOwnName: false, ...later }), kept('ours', 'nl')];
    expect(chosen(all)).toBe('ours');
    expect(chosen(all.slice(0, 1))).toBe('theirs');
  });

  it('the same in whatever order they are found', () => {
    const candidate = fc.record({
      ...{ id: fc.uuid(), name: fc.constant('order'), isOwnName: fc.boolean() },
      ...{ locale: fc.constantFrom(null, 'nl', 'en'), version: fc.constantFrom(null, '1') },
      createdAt: fc.date({ min: new Date(0), noInvalidDate: true }),
    });
    const all = fc.uniqueArray(candidate, { selector: ({ createdAt }) => createdAt.getTime(), maxLength: 6 });
    fc.assert(
      fc.property(
        all.chain((some) => fc.tuple(fc.constant(some), fc.shuffledSubarray(some, { minLength: some.length }))),
        fc.record({ version: fc.constantFrom(undefined, '1'), locale: fc.constantFrom(undefined, 'nl') }),
        ([some, shuffled], asked) => {
          expect(chooseTemplate(shuffled, asked)).toEqual(chooseTemplate(some, asked));
        },
      ),
    );
  });
});
