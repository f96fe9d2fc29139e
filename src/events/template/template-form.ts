import { z } from 'zod';
import type { UserError } from '../commands/commands.js';
import { accepted, refused, type Decision } from '../kernel/decision.js';
import { withoutNulls } from '../kernel/without-nulls.js';
import { isSingleLine, isStorable } from '../message/plain-text.js';
import { blanksOf, refuseBlanks } from './blanks.js';
import { TEMPLATE_BUTTON_KINDS, TEMPLATE_HEADER_KINDS, type TemplateName, type TemplateWords } from './template.js';

const NAME_LENGTH_MAX = 512;
/** With a locale and a version it is a row of an index, which has 2,704 bytes at most. */
const NAME_BYTES_MAX = 1_024;
const VARIANT_LENGTH_MAX = 100;
const LABEL_LENGTH_MAX = 255;
const BODY_LENGTH_MAX = 4_096;
const LINE_LENGTH_MAX = 1_024;
const URL_LENGTH_MAX = 2_048;
const BUTTONS_MAX = 10;
/** As many as a send has parameters. */
const BLANKS_MAX = 100;
const CHANNELS_MAX = 100;

const atMost = (max: number) => z.string().max(max, `At most ${max} characters.`);
const line = (max: number) => atMost(max).refine(isSingleLine, 'Must not contain control characters.');
const filledLine = (max: number) => line(max).refine((text) => text.trim() !== '', 'Must not be empty.');
const templateName = filledLine(NAME_LENGTH_MAX).refine(
  (text) => Buffer.byteLength(text) <= NAME_BYTES_MAX,
  `At most ${NAME_BYTES_MAX} bytes of UTF-8.`,
);
const words = (max: number) =>
  atMost(max).refine(isStorable, 'Must not contain NUL or half of a surrogate pair.').superRefine(judgeBlanks);

function judgeBlanks(text: string, context: z.RefinementCtx<string>): void {
  const message = refuseBlanks(text);
  if (message !== undefined) context.addIssue({ code: 'custom', message });
}

const orNull = (text: string | undefined): string | null => (text === undefined || text === '' ? null : text);

const header = z
  .object({ kind: z.enum(TEMPLATE_HEADER_KINDS), text: words(LINE_LENGTH_MAX).default('') })
  .refine(({ kind, text }) => kind === 'TEXT' || text === '', { path: ['text'], error: 'Only a TEXT has one.' })
  .transform((given) => (given.kind === 'TEXT' && given.text === '' ? null : given));

const button = z
  .object({
    kind: z.enum(TEMPLATE_BUTTON_KINDS),
    text: line(LABEL_LENGTH_MAX).default(''),
    url: words(URL_LENGTH_MAX)
      .regex(/^https?:\/\/\S+$/i, 'An absolute http or https URL.')
      .optional(),
  })
  .refine(({ kind, url }) => (kind === 'LINK') === (url !== undefined), {
    path: ['url'],
    error: 'A LINK needs a url, and nothing else has one.',
  });

const providerName = z.object({ channelId: z.string(), name: templateName.optional() });

const form = z
  .object({
    name: templateName,
    locale: line(VARIANT_LENGTH_MAX).optional().transform(orNull),
    version: line(VARIANT_LENGTH_MAX).optional().transform(orNull),
    header: header.optional().transform((given) => given ?? null),
    body: words(BODY_LENGTH_MAX).refine((text) => text.trim() !== '', 'Must not be empty.'),
    footer: atMost(LINE_LENGTH_MAX).refine(isStorable, 'Must not contain NUL.').optional().transform(orNull),
    buttons: z.array(button).max(BUTTONS_MAX, `At most ${BUTTONS_MAX}.`).default([]),
    providerNames: z
      .array(providerName)
      .max(CHANNELS_MAX, `At most ${CHANNELS_MAX}.`)
      .refine((all) => new Set(all.map(({ channelId }) => channelId)).size === all.length, 'Each channel once.')
      .default([]),
  })
  .refine((template) => blanksOf(template).length <= BLANKS_MAX, {
    path: ['body'],
    error: `At most ${BLANKS_MAX} blanks.`,
  });

/** A template that is well formed; whether there are such channels is judged next. Ids are unparsed text. */
export interface TemplateForm extends TemplateName, TemplateWords {
  readonly providerNames: readonly { readonly channelId: string; readonly name?: string | undefined }[];
}

/** What was given; null is as absent, and an empty text as none. */
export type TemplateGiven = Readonly<Partial<Record<keyof TemplateForm, unknown>>>;

const REFUSALS_MAX = 20;

/** Tells everything that is wrong at once. */
export function parseTemplate(given: TemplateGiven): Decision<TemplateForm, UserError> {
  const parsed = form.safeParse(withoutNulls(given));
  if (parsed.success) return accepted(parsed.data);
  const refusals = parsed.error.issues.slice(0, REFUSALS_MAX).map(({ path, message }) => ({
    ...{ code: 'INPUT_INVALID' as const, message, field: path.map(String) },
  }));
  return refused(...refusals);
}
