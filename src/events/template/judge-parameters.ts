import type { UserError } from '../commands/commands.js';
import type { TemplateParameter } from '../message/content.js';
import { blanksOf, type TemplateBlank } from './blanks.js';
import type { TemplateHeaderKind, TemplateWords } from './template.js';

/** Enough to mend an input. */
const REFUSALS_MAX = 20;

const AT = ['content', 'template', 'parameters'] as const;
const refusal = (message: string, ...below: readonly string[]): UserError => ({
  ...{ code: 'CONTENT_INVALID', message, field: [...AT, ...below] },
});

/** Whether a send fills every blank of the template, each once and with what it takes, and nothing else. */
export function judgeParameters(
  template: TemplateWords,
  parameters: readonly TemplateParameter[],
): readonly UserError[] {
  const blanks = blanksOf(template);
  const isFilled = new Set<TemplateBlank>();
  const refusals = parameters.flatMap((parameter, index) => {
    if (isUnjudged(template, parameter)) return [];
    const blank = blanks.find((one) => isFor(one, parameter));
    if (blank === undefined) return [refusal(unknownBlank(blanks), String(index), 'key')];
    if (isFilled.has(blank)) return [refusal('This blank is filled already.', String(index), 'key')];
    isFilled.add(blank);
    return refuseFilling(blank, parameter, template.header?.kind).map(({ field, message }) =>
      refusal(message, String(index), ...field),
    );
  });
  const empty = blanks.filter((blank) => blank.isRequired && !isFilled.has(blank));
  const missing = empty.map(({ part, key }) => refusal(`The template's blank ${key} of ${part} is not filled.`));
  return [...refusals, ...missing].slice(0, REFUSALS_MAX);
}

const unknownBlank = (blanks: readonly TemplateBlank[]): string => {
  const names = blanks.map(({ part, key }) => `${part} ${key}`).join(', ');
  return `The template has no such blank. ${names === '' ? 'It has none.' : `It has: ${names.slice(0, 500)}.`}`;
};

/** What isn't known of a template is passed on. */
function isUnjudged({ header, buttons }: TemplateWords, { part, key }: TemplateParameter): boolean {
  if (part === 'HEADER') return header?.kind === 'OTHER';
  const index = part === 'BUTTON' ? /^\d{1,2}(?=:|$)/.exec(key)?.[0] : undefined;
  return index !== undefined && buttons[Number(index)]?.kind === 'OTHER';
}

/** The parameters of a send that was judged, each with what it fills, where that is more than its key says. */
export function withFilled(template: TemplateWords, parameters: readonly TemplateParameter[]): TemplateParameter[] {
  const blanks = blanksOf(template);
  return parameters.map((parameter) => {
    const fills = blanks.find((one) => isFor(one, parameter))?.fills;
    return fills === undefined ? parameter : { ...parameter, fills };
  });
}

/** A header's only file needs no name, and a button is known by its index; a kind that is said must be the right one. */
function isFor(blank: TemplateBlank, { part, key }: TemplateParameter): boolean {
  if (blank.part !== part) return false;
  if (blank.takesMedia || blank.key === key) return true;
  if (part !== 'BUTTON') return false;
  const [index = '', kind = 'url'] = blank.key.split(':');
  return key === index || key === `${index}:${kind}`;
}

interface Wrong {
  readonly field: readonly string[];
  readonly message: string;
}

function refuseFilling(
  { takesMedia }: TemplateBlank,
  { media }: TemplateParameter,
  headerKind: TemplateHeaderKind | undefined,
): readonly Wrong[] {
  if (takesMedia !== (media !== undefined))
    return takesMedia
      ? [{ field: ['media'], message: 'This blank is filled with a file.' }]
      : [{ field: ['media'], message: 'This blank is filled with words.' }];
  // A file whose type isn't told passes, as everywhere.
  if (media?.contentType === undefined || fitsHeader(media.contentType.toLowerCase(), headerKind)) return [];
  return [{ field: ['media', 'contentType'], message: `The header shows a file of another kind: ${headerKind}.` }];
}

function fitsHeader(contentType: string, kind: TemplateHeaderKind | undefined): boolean {
  if (kind === 'IMAGE') return contentType.startsWith('image/');
  if (kind === 'VIDEO') return contentType.startsWith('video/');
  return !/^(image|video|audio)\//.test(contentType);
}
