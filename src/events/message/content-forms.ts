import { z } from 'zod';
import { messageIds } from '../kernel/ids.js';
import type { UrlRules } from '../kernel/public-url.js';
import { refuseLink, refuseMediaUrl } from './media-url.js';
import { isSingleLine, isStorable } from './plain-text.js';

/** Parley's own outer limits; what a channel carries is narrower and its adapter's data (`judgeLimits`). */
export const TEXT_BYTES_MAX = 65_536;
export const MEDIA_MAX = 30;
export const ROWS_MAX = 100;
const LABEL_LENGTH_MAX = 1_024;
const FILENAME_LENGTH_MAX = 255;
/** Of each kind that a contact card may name. */
const CARD_LINES_MAX = 20;
/** The longest of Unicode's recommended emoji, families of skin tones, takes 35 bytes. */
const EMOJI_BYTES_MAX = 64;

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

const mediaBy = (rules: UrlRules) =>
  z.object({
    url: judgedBy((text) => refuseMediaUrl(text, rules)),
    contentType: line(FILENAME_LENGTH_MAX)
      .regex(/^[^/\s]+\/\S.*$/, 'Must be a media type, e.g. image/png.')
      .optional(),
    filename: line(FILENAME_LENGTH_MAX).optional(),
    altText: label.optional(),
  });
const list = <Item extends z.ZodType>(item: Item, max: number) =>
  z.array(item).min(1, 'At least one is needed.').max(max, `At most ${max}.`);
type MediaForm = ReturnType<typeof mediaBy>;

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

const lines = z.array(line(FILENAME_LENGTH_MAX)).max(CARD_LINES_MAX, `At most ${CARD_LINES_MAX}.`).default([]);
/** Numbers and addresses as somebody wrote them down: whoever gets the card judges them. */
const contactCard = z.object({ name, phoneNumbers: lines, emails: lines, organization: label.optional() });

const cardWith = (media: MediaForm) =>
  z
    .object({
      title: label.optional(),
      text: words.optional(),
      media: media.optional(),
      actions: actions.default([]),
    })
    .refine(
      ({ title, text, media: shown }) => title !== undefined || text !== undefined || shown !== undefined,
      'A card needs a title, a text or a media.',
    );

const parameterWith = (media: MediaForm) =>
  z
    .object({
      key: name,
      part: z.enum(['HEADER', 'BODY', 'BUTTON']).default('BODY'),
      value: words.optional(),
      media: media.optional(),
    })
    .refine(
      ({ value, media: shown }) => (value === undefined) !== (shown === undefined),
      'A parameter has either a value or a media.',
    );

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
const isOneGrapheme = (text: string): boolean => [...graphemes.segment(text)].length === 1;
/** Joiners and selectors alone are a character too, of which nobody sees anything. */
const isVisible = (text: string): boolean => text.replace(/\p{Default_Ignorable_Code_Point}/gu, '').trim() !== '';
/** What people see as one character; which of them a platform takes is the platform's to say. */
const emoji = storable.refine(
  (text) => Buffer.byteLength(text) <= EMOJI_BYTES_MAX && isSingleLine(text) && isVisible(text) && isOneGrapheme(text),
  `Must be one emoji of at most ${EMOJI_BYTES_MAX} bytes. Leave it out, or give null, to take a reaction back.`,
);

/** A malformed id isn't bad content: it is refused as in every other place. */
const targetId = z.string('Must be a text.').refine((text) => messageIds.parse(text) !== undefined, {
  error: 'Not the id of a message.',
  params: { code: 'INPUT_INVALID' },
});

const captioned = { text: words.default(''), footer: label.optional(), actions: actions.default([]) };

/** The public kinds of `ContentInput`; what comes out is the normalized form but for its `kind` and `text`. */
const formsWith = (media: MediaForm) => ({
  text: z.object({
    text: spoken,
    title: label.optional(),
    footer: label.optional(),
    subject: label.optional(),
    actions: actions.default([]),
    attachments: z.array(media).max(MEDIA_MAX, `At most ${MEDIA_MAX}.`).default([]),
  }),
  image: z.object({ ...captioned, images: list(media, MEDIA_MAX) }),
  file: z.object({ ...captioned, files: list(media, MEDIA_MAX) }),
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
  contacts: z.object({ contacts: list(contactCard, ROWS_MAX) }),
  carousel: z.object({ text: words.default(''), cards: list(cardWith(media), MEDIA_MAX) }),
  reaction: z.object({ messageId: targetId, emoji: emoji.optional() }),
  template: z.object({
    name,
    locale: line(FILENAME_LENGTH_MAX).optional(),
    version: line(FILENAME_LENGTH_MAX).optional(),
    parameters: z.array(parameterWith(media)).max(ROWS_MAX, `At most ${ROWS_MAX}.`).default([]),
  }),
});

const FORMS = { everywhere: formsWith(mediaBy({})), here: formsWith(mediaBy({ isLoopbackAllowed: true })) };

export const contentForms = ({ isLoopbackAllowed = false }: UrlRules) =>
  isLoopbackAllowed ? FORMS.here : FORMS.everywhere;
export type ContentForms = ReturnType<typeof formsWith>;
