import { describe, expect, it } from 'vitest';
import { parseTemplate, type TemplateGiven } from '../../../src/events/template/template-form.js';

const given = (more: TemplateGiven = {}): TemplateGiven => ({ name: 'order_ready', body: 'Hello {{1}}', ...more });
const refusalsOf = (more: TemplateGiven): string[] => {
  const parsed = parseTemplate(given(more));
  return parsed.ok ? [] : parsed.refusals.map(({ code, field }) => `${code} ${(field ?? []).join('.')}`);
};
const link = (url?: string) => ({ kind: 'LINK', text: 'See', ...(url === undefined ? {} : { url }) });

describe('a template as clients give it', () => {
  it('has what is needed; null, absent and empty alike', () => {
    const plain = {
      ...{ name: 'order_ready', body: 'Hello {{1}}', locale: null, version: null, header: null, footer: null },
      ...{ buttons: [], providerNames: [] },
    };
    const empty = { locale: '', version: null, header: { kind: 'TEXT', text: '' }, footer: '', buttons: null };
    expect(parseTemplate(given())).toEqual({ ok: true, value: plain });
    expect(parseTemplate(given(empty))).toEqual({ ok: true, value: plain });
  });

  it('has all that a template may have', () => {
    const whole = {
      ...{ locale: 'nl', version: '2', header: { kind: 'TEXT', text: 'For {{1}}' }, footer: 'The shop' },
      buttons: [{ kind: 'REPLY', text: 'Yes' }, link('https://example.com/{{1}}'), { kind: 'COPY_CODE', text: '' }],
      providerNames: [{ channelId: 'chan_1', name: 'project-1' }, { channelId: 'chan_2' }],
    };
    expect(parseTemplate(given(whole))).toEqual({ ok: true, value: given(whole) });
  });

  it.each<[string, TemplateGiven, ...string[]]>([
    ['no name', { name: ' ' }, 'name'],
    ['a name of two lines', { name: 'a\nb' }, 'name'],
    ['a name that is too long', { name: 'x'.repeat(513) }, 'name'],
    ['a name of too many bytes', { name: '日'.repeat(400) }, 'name'],
    ['no words', { body: '' }, 'body'],
    ['too many words', { body: 'x'.repeat(4_097) }, 'body'],
    ['words that nobody can keep', { body: 'a\0b' }, 'body'],
    ['blanks that are not counted', { body: '{{2}}' }, 'body'],
    [
      'more blanks than a send may fill',
      { body: Array.from({ length: 101 }, (_, i) => `{{${i + 1}}}`).join('') },
      'body',
    ],
    ['words in a picture', { header: { kind: 'IMAGE', text: 'x' } }, 'header.text'],
    ['a link without one', { buttons: [link()] }, 'buttons.0.url'],
    ['a link that is none', { buttons: [link('javascript:alert(1)')] }, 'buttons.0.url'],
    ['an answer with a link', { buttons: [{ kind: 'REPLY', text: 'x', url: 'https://example.com' }] }, 'buttons.0.url'],
    ['too many buttons', { buttons: Array.from({ length: 11 }, () => ({ kind: 'REPLY', text: 'x' })) }, 'buttons'],
    ['a channel twice', { providerNames: [{ channelId: 'a' }, { channelId: 'a' }] }, 'providerNames'],
    ['several at once', { name: '', body: '' }, 'name', 'body'],
  ])('is refused: %s', (_name, more, ...fields) => {
    expect(refusalsOf(more)).toEqual(fields.map((field) => `INPUT_INVALID ${field}`));
  });
});
