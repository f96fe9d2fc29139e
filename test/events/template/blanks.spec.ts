import { describe, expect, it } from 'vitest';
import { blanksOf, filled, keysIn, refuseBlanks } from '../../../src/events/template/blanks.js';
import type { TemplateWords } from '../../../src/events/template/template.js';

const words = (more: Partial<TemplateWords> = {}): TemplateWords => ({
  ...{ header: null, body: 'Hello', footer: null, buttons: [], ...more },
});
const namesOf = (template: TemplateWords) => blanksOf(template).map(({ part, key }) => `${part} ${key}`);

describe('the blanks of a template', () => {
  it('stand in its header, its words and the links of its buttons, each once', () => {
    const template = words({
      ...{ header: { kind: 'TEXT', text: 'For {{1}}' }, body: 'Dear {{ first_name }}, {{first_name}} of {{shop}}' },
      buttons: [
        { kind: 'REPLY', text: 'Yes' },
        { kind: 'LINK', text: 'See', url: 'https://example.com/{{1}}' },
        { kind: 'LINK', text: 'Shop', url: 'https://example.com' },
        { kind: 'COPY_CODE', text: '' },
        { kind: 'OTHER', text: 'Call' },
      ],
    });
    expect(namesOf(template)).toEqual([
      ...['HEADER 1', 'BODY first_name', 'BODY shop', 'BUTTON 0:quick_reply', 'BUTTON 1', 'BUTTON 3:copy_code'],
    ]);
    expect(blanksOf(template).filter(({ isRequired }) => !isRequired)).toMatchObject([{ key: '0:quick_reply' }]);
  });

  it('are a file where the header is one, and unknown where it is something else', () => {
    for (const kind of ['IMAGE', 'VIDEO', 'DOCUMENT'] as const)
      expect(blanksOf(words({ header: { kind, text: '' } }))).toMatchObject([{ part: 'HEADER', takesMedia: true }]);
    expect(blanksOf(words({ header: { kind: 'OTHER', text: '' } }))).toEqual([]);
  });

  it('are filled at once: what fills one is no blank', () => {
    const values = new Map([
      ['1', '{{2}} $& $1'],
      ['2', 'two'],
    ]);
    expect(filled('{{1}} and {{2}} and {{3}}', (key) => values.get(key))).toBe('{{2}} $& $1 and two and {{3}}');
    expect(keysIn('{1} {{}} {{a b}} {{1}}')).toEqual(['1']);
  });

  it.each([
    ['{{1}} {{2}} {{1}}', undefined],
    ['{{a}} {{b_2}}', undefined],
    ['no blank, and one { brace }', undefined],
    ['{{2}}', 'Numbered'],
    ['{{1}} {{3}}', 'Numbered'],
    ['{{0}} {{1}}', 'Numbered'],
    ['{{1}} {{name}}', 'either'],
    ['{{first name}}', 'Between'],
    ['{{1}', 'Between'],
    ['1}}', 'Between'],
  ])('of %s: %s', (text, message) => {
    if (message === undefined) expect(refuseBlanks(text)).toBeUndefined();
    else expect(refuseBlanks(text)).toContain(message);
  });
});
