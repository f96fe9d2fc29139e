import { z } from 'zod';
import type { UserError } from '../commands/commands.js';
import { accepted, refused, type Decision } from '../kernel/decision.js';
import { messageContent, type MessageContent } from './content.js';
import { refuseLink, refuseMediaUrl } from './media-url.js';
import { isSingleLine, isStorable } from './plain-text.js';

/** Parley's own outer limits; what a channel carries is narrower and its adapter's data (`judgeLimits`). */
export const TEXT_BYTES_MAX = 65_536;
export const MEDIA_MAX = 30;
export const ROWS_MAX = 100;
/** As JSON, all in all: an event stays far below the log's 2 MiB. */
const CONTENT_BYTES_MAX = 262_144;
const LABEL_LENGTH_MAX = 1_024;
const FILENAME_LENGTH_MAX = 255;
/** Enough to mend an input; a hundred bad rows need no hundred refusals. */
const REFUSALS_MAX = 20;

const storable = z.string('Must be a text.').refine(isStorable, 'Must not contain NUL or half of a surrogate pair.');
const words = storable.refine(
  (text) => Buffer.byteLength(text) <= TEXT_BYTES_MAX,
  `At most ${TEXT_BYTES_MAX} bytes of UTF-8.`,
);
const spoken = words.refine((text) => text.trim() !== '', 'Must not be empty.');
const label = storable.max(LABEL_LENGTH_MAX, `At most ${LABEL_LENGTH_MAX} characters.`);
const name = label.refine((text) => text.trim() !== '', 'Must not be empty.');
const line = (max: number) =>
  z
    .string('Must be a text.')
    .min(1, 'Must not be empty.')
    .max(max, `At most ${max} characters.`)
    .refine(isSingleLine, 'Must not contain control characters.');

const judgedBy = (refusalOf: (text: string) => string | undefined) =>
  storable.superRefine((text, context) => {
    const message = refusalOf(text);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  });

const media = z.object({
  url: judgedBy(refuseMediaUrl),
  contentType: line(FILENAME_LENGTH_MAX)
    .regex(/^[^/\s]+\/\S.*$/, 'Must be a media type, e.g. image/png.')
    .optional(),
  filename: line(FILENAME_LENGTH_MAX).optional(),
  altText: label.optional(),
});
const mediaList = z.array(media).min(1, 'At least one is needed.').max(MEDIA_MAX, `At most ${MEDIA_MAX}.`);

const action = z
  .object({
    kind: z.enum(['REPLY', 'POSTBACK', 'LINK']),
    text: name,
    payload: label.optional(),
    url: judgedBy(refuseLink).optional(),
    description: label.optional(),
  })
  .refine(({ kind, url }) => kind !== 'LINK' || url !== undefined, { path: ['url'], error: 'A LINK needs a url.' });
const actions = z.array(action).max(ROWS_MAX, `At most ${ROWS_MAX}.`);

const within = (limit: number) => `Must lie between -${limit} and ${limit}.`;
const degrees = (limit: number) => z.number(within(limit)).min(-limit, within(limit)).max(limit, within(limit));

const section = z.object({ title: label.optional(), actions: actions.min(1, 'At least one row is needed.') });
const sections = z
  .array(section)
  .min(1, 'At least one section is needed.')
  .max(ROWS_MAX, `At most ${ROWS_MAX}.`)
  .refine((all) => all.reduce((rows, one) => rows + one.actions.length, 0) <= ROWS_MAX, `At most ${ROWS_MAX} rows.`);

/** Of the public `ContentInput` what can be sent so far; what comes out is the normalized form. */
const INPUTS = {
  text: z.object({
    text: spoken,
    title: label.optional(),
    footer: label.optional(),
    subject: label.optional(),
    actions: actions.default([]),
    attachments: z.array(media).max(MEDIA_MAX, `At most ${MEDIA_MAX}.`).default([]),
  }),
  image: z.object({
    text: words.default(''),
    images: mediaList,
    footer: label.optional(),
    actions: actions.default([]),
  }),
  file: z.object({ text: words.default(''), files: mediaList, footer: label.optional(), actions: actions.default([]) }),
  location: z.object({
    latitude: degrees(90),
    longitude: degrees(180),
    label: label.optional(),
    address: label.optional(),
  }),
  list: z.object({
    text: spoken,
    title: label.optional(),
    altText: label.optional(),
    buttonText: label.optional(),
    footer: label.optional(),
    sections,
  }),
} as const;

type SendableKind = keyof typeof INPUTS;
const isSendable = (kind: string): kind is SendableKind => Object.hasOwn(INPUTS, kind);

/** Reads the public `ContentInput`, nulls and all. Each refusal says where in the input it belongs. */
export function parseContent(input: Readonly<Record<string, unknown>>): Decision<MessageContent, UserError> {
  const given = Object.entries(input).filter(([, value]) => value !== undefined && value !== null);
  const [kind, value] = given[0] ?? [];
  if (kind === undefined || given.length > 1)
    return refused({
      code: 'INPUT_INVALID',
      message: 'Exactly one kind of content must be given.',
      field: ['content'],
    });
  const field = ['content', kind];
  if (!isSendable(kind))
    return refused({ code: 'CONTENT_UNSUPPORTED', message: 'This kind of content can not be sent yet.', field });
  const parsed = INPUTS[kind].safeParse(withoutNulls(value));
  if (!parsed.success) return refused(...parsed.error.issues.slice(0, REFUSALS_MAX).map(refusalAt(field)));
  if (Buffer.byteLength(JSON.stringify(parsed.data)) > CONTENT_BYTES_MAX)
    return refused({ code: 'CONTENT_INVALID', message: `At most ${CONTENT_BYTES_MAX} bytes in all.`, field });
  return accepted(contentOf(kind, parsed.data));
}

/** The words of a place are its label. */
function contentOf(kind: SendableKind, data: object): MessageContent {
  const text = 'label' in data ? data.label : '';
  return messageContent.parse({ text, ...data, kind });
}

const refusalAt =
  (field: readonly string[]) =>
  (issue: z.core.$ZodIssue): UserError => ({
    code: 'CONTENT_INVALID',
    message: issue.message,
    field: [...field, ...issue.path.map(String)],
  });

/** Null and absent mean the same in every input. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== null && inner !== undefined);
  return Object.fromEntries(entries.map(([key, inner]) => [key, withoutNulls(inner)]));
}
