import type { TemplateParameter } from '../message/content.js';
import type { TemplateButton, TemplateHeader, TemplateWords } from './template.js';

/** What a send fills, in the words of its parameters. */
export interface TemplateBlank {
  readonly part: TemplateParameter['part'];
  /** Of a button its index from 0, with its kind where it is no link: `0:quick_reply`. */
  readonly key: string;
  /** Whether it is filled with a file; otherwise with words. */
  readonly takesMedia: boolean;
  readonly isRequired: boolean;
  /** Which kind of header or of button it belongs to, where that is more than words. */
  readonly fills?: TemplateParameter['fills'];
}

const BLANK = /\{\{\s*([A-Za-z_][\w.-]{0,99}|\d{1,3})\s*\}\}/g;

/** The keys of the blanks in a text, each once, in the order in which they stand there. */
export const keysIn = (text: string): readonly string[] => [
  ...new Set([...text.matchAll(BLANK)].map(([, key = '']) => key)),
];

/** @param valueOf undefined: the blank stays as it is */
export const filled = (text: string, valueOf: (key: string) => string | undefined): string =>
  text.replaceAll(BLANK, (blank: string, key: string) => valueOf(key) ?? blank);

/** Why these can't be the blanks of one text; undefined: they can. */
export function refuseBlanks(text: string): string | undefined {
  if (/\{\{|\}\}/.test(text.replaceAll(BLANK, ''))) return 'Between {{ and }} stands a number or a name.';
  const keys = keysIn(text);
  const numbers = keys.filter((key) => /^\d+$/.test(key));
  if (numbers.length === 0) return undefined;
  if (numbers.length < keys.length) return 'Blanks have either numbers or names.';
  const isCounted = numbers.every((_, index) => numbers.includes(String(index + 1)));
  return isCounted ? undefined : 'Numbered blanks are counted from 1, and none is left out.';
}

export const blanksOf = ({ header, body, buttons }: TemplateWords): readonly TemplateBlank[] => [
  ...(header === null ? [] : headerBlanks(header)),
  ...keysIn(body).map((key) => words('BODY', key)),
  ...buttons.flatMap(buttonBlanks),
];

const words = (part: TemplateBlank['part'], key: string): TemplateBlank => ({
  ...{ part, key, takesMedia: false, isRequired: true },
});
const ofButton = (key: string, fills: TemplateParameter['fills']): TemplateBlank => ({
  ...words('BUTTON', key),
  fills,
});

function headerBlanks({ kind, text }: TemplateHeader): readonly TemplateBlank[] {
  if (kind === 'TEXT') return keysIn(text).map((key) => words('HEADER', key));
  return kind === 'OTHER' ? [] : [{ ...words('HEADER', '1'), takesMedia: true, fills: kind }];
}

function buttonBlanks({ kind, url = '' }: TemplateButton, index: number): readonly TemplateBlank[] {
  if (kind === 'LINK') return keysIn(url).length === 0 ? [] : [ofButton(String(index), kind)];
  if (kind === 'COPY_CODE') return [ofButton(`${index}:copy_code`, kind)];
  // Without a payload of its own a reply comes back with its label.
  return kind === 'REPLY' ? [{ ...ofButton(`${index}:quick_reply`, kind), isRequired: false }] : [];
}
