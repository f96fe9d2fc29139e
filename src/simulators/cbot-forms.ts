import { z } from 'zod';
import {
  body,
  caption,
  captioned,
  context,
  file,
  film,
  footer,
  location,
  picture,
  reaction,
  recipientType,
  sections,
  titled,
  words,
} from './whatsapp-pieces.js';

/**
 * What a client on premises takes of each type of message; in the cloud it is Meta's. A field that none knows is refused:
 * the real one would pass it over unseen.
 */
const paper = z.strictObject({ type: z.literal('document'), document: file({ filename: words(240).optional() }) });
const button = z.strictObject({
  type: z.literal('reply'),
  reply: z.strictObject({ id: words(256), title: words(20) }),
});

/** No link, no cards: these came later. */
const interactive = z.discriminatedUnion('type', [
  z.strictObject({
    ...{ type: z.literal('button'), body, footer },
    header: z.discriminatedUnion('type', [titled, picture, film, paper]).optional(),
    action: z.strictObject({ buttons: z.array(button).min(1).max(3) }),
  }),
  z.strictObject({
    ...{ type: z.literal('list'), header: titled.optional(), body, footer },
    action: z.strictObject({ button: words(20), sections }),
  }),
]);

const contact = z.strictObject({
  name: z.strictObject({ formatted_name: words(255), first_name: words(255) }),
  phones: z.array(z.strictObject({ phone: words(64) })).optional(),
  emails: z.array(z.strictObject({ email: words(255) })).optional(),
  org: z.strictObject({ company: words(255) }).optional(),
});

/** Blanks have positions here, and no names. */
const parameter = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text'), text: words(1_024) }),
  z.strictObject({ type: z.literal('payload'), payload: words(256) }),
  ...[picture, film, paper],
]);
const component = z.discriminatedUnion('type', [
  z.strictObject({ type: z.enum(['header', 'body']), parameters: z.array(parameter).min(1) }),
  z.strictObject({
    ...{ type: z.literal('button'), sub_type: z.enum(['url', 'quick_reply']), index: z.string().regex(/^\d$/) },
    parameters: z.array(parameter).length(1),
  }),
]);
const template = z.strictObject({
  ...{ namespace: words(255), name: words(512), components: z.array(component).optional() },
  language: z.strictObject({ policy: z.literal('deterministic'), code: words(20) }),
});

const objects = {
  text: z.strictObject({ body: words(4_096) }),
  ...{ image: captioned, video: captioned, audio: file(), sticker: file() },
  document: file({ ...caption, filename: words(240).optional() }),
  location,
  contacts: z.array(contact).min(1).max(257),
  ...{ interactive, template },
  reaction,
};

const envelope = {
  recipient_type: recipientType,
  to: z.string().regex(/^[1-9]\d{6,14}$/),
  context,
};
/** At the top here, and not within the text. */
const preview = { preview_url: z.boolean().optional() };

/** By its type, each kind of message. */
export const ON_PREMISES_FORMS: ReadonlyMap<string, z.ZodType> = new Map(
  Object.entries(objects).map(([type, object]) => [
    type,
    z.strictObject({ ...envelope, ...(type === 'text' ? preview : {}), type: z.literal(type), [type]: object }),
  ]),
);
