import { describe, expect, it } from 'vitest';
import type { TemplateParameter } from '../../../src/events/message/content.js';
import { judgeParameters } from '../../../src/events/template/judge-parameters.js';
import type { TemplateWords } from '../../../src/events/template/template.js';

const url = 'https://example.com/file';
const body = (key: string, value = 'words'): TemplateParameter => ({ part: 'BODY', key, value });
const button = (key: string): TemplateParameter => ({ part: 'BUTTON', key, value: 'words' });
const file = (contentType?: string, key = '1'): TemplateParameter => ({
  ...{ part: 'HEADER', key, media: { url, ...(contentType === undefined ? {} : { contentType }) } },
});

const template = (more: Partial<TemplateWords> = {}): TemplateWords => ({
  ...{ header: null, body: '{{1}} and {{2}}', footer: null, buttons: [], ...more },
});
const WITH_FILE = template({ header: { kind: 'IMAGE', text: '' }, body: 'Look' });
const WITH_BUTTONS = template({
  body: 'Tap',
  buttons: [
    { kind: 'REPLY', text: 'Yes' },
    { kind: 'LINK', text: 'See', url: 'https://example.com/{{1}}' },
    { kind: 'COPY_CODE', text: '' },
    { kind: 'OTHER', text: 'Call' },
  ],
});

const refusalsOf = (words: TemplateWords, ...parameters: readonly TemplateParameter[]): string[] =>
  judgeParameters(words, parameters).map(({ code, field }) => `${code} ${(field ?? []).slice(2).join('.')}`);

describe('what fills a template', () => {
  it('is each of its blanks, in any order', () => {
    expect(refusalsOf(template(), body('2'), body('1', ''))).toEqual([]);
    expect(refusalsOf(template({ body: 'No blanks' }))).toEqual([]);
    expect(refusalsOf(template({ body: 'Dear {{name}}' }), body('name'))).toEqual([]);
  });

  it('leaves none out: each is named', () => {
    expect(refusalsOf(template(), body('1'))).toEqual(['CONTENT_INVALID parameters']);
    expect(judgeParameters(template(), []).map(({ message }) => message)).toEqual([
      ...['1', '2'].map((key) => `The template's blank ${key} of BODY is not filled.`),
    ]);
  });

  it('has no other, and none twice', () => {
    expect(refusalsOf(template(), body('1'), body('2'), body('3'))).toEqual(['CONTENT_INVALID parameters.2.key']);
    expect(refusalsOf(template(), body('1'), body('1'), body('2'))).toEqual(['CONTENT_INVALID parameters.1.key']);
    expect(refusalsOf(template(), body('1'), body('2'), { ...body('1'), part: 'HEADER' })).toEqual([
      'CONTENT_INVALID parameters.2.key',
    ]);
    expect(judgeParameters(template(), [body('x'), body('1'), body('2')])[0]?.message).toContain('BODY 1, BODY 2');
  });

  it('is a file where that is wanted, and words elsewhere', () => {
    expect(refusalsOf(WITH_FILE, { part: 'HEADER', key: '1', value: url })).toEqual([
      'CONTENT_INVALID parameters.0.media',
    ]);
    expect(refusalsOf(template(), body('1'), { ...file('image/png', '2'), part: 'BODY' })).toEqual([
      'CONTENT_INVALID parameters.1.media',
    ]);
    expect(refusalsOf(WITH_FILE)).toEqual(['CONTENT_INVALID parameters']);
  });

  it.each([
    ['IMAGE', 'image/png', true],
    ['IMAGE', 'IMAGE/PNG', true],
    ['IMAGE', 'video/mp4', false],
    ['VIDEO', 'video/mp4', true],
    ['VIDEO', 'image/png', false],
    ['DOCUMENT', 'application/pdf', true],
    ['DOCUMENT', 'image/png', false],
    ['DOCUMENT', undefined, true],
  ] as const)('shows in a header of %s a file of %s: %s', (kind, contentType, isRight) => {
    const refused = isRight ? [] : ['CONTENT_INVALID parameters.0.media.contentType'];
    expect(refusalsOf({ ...WITH_FILE, header: { kind, text: '' } }, file(contentType, 'picture'))).toEqual(refused);
  });

  it('names a button by its index, with the kind that it is if any', () => {
    for (const good of [
      ['1', '2'],
      ['1:url', '2:copy_code'],
      ['0', '1', '2'],
      ['0:quick_reply', '1', '2'],
    ])
      expect(refusalsOf(WITH_BUTTONS, ...good.map(button))).toEqual([]);
    expect(refusalsOf(WITH_BUTTONS, button('1'))).toEqual(['CONTENT_INVALID parameters']);
    expect(refusalsOf(WITH_BUTTONS, button('1:copy_code'), button('2'))).toEqual([
      ...['CONTENT_INVALID parameters.0.key', 'CONTENT_INVALID parameters'],
    ]);
    expect(refusalsOf(WITH_BUTTONS, button('1'), button('2'), button('9'))).toEqual([
      'CONTENT_INVALID parameters.2.key',
    ]);
  });

  it('is passed on where nobody knows what it fills', () => {
    expect(refusalsOf(WITH_BUTTONS, button('1'), button('2'), button('3:flow'))).toEqual([]);
    const withPlace = template({ header: { kind: 'OTHER', text: '' }, body: 'Here' });
    expect(refusalsOf(withPlace, { part: 'HEADER', key: 'place', value: 'x' }, file())).toEqual([]);
  });

  it('is refused with a bound', () => {
    expect(refusalsOf(template(), ...Array.from({ length: 100 }, (_, index) => body(`x${index}`)))).toHaveLength(20);
  });
});
