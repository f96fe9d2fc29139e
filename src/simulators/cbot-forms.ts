import { z } from 'zod';

/**
 * What a client on premises takes of each type of message; in the cloud it is Meta's. A field that none knows is refused:
 * the real one would pass it over unseen.
 */
const words = (max: number) => z.string().min(1).max(max);
const link = z.url({ protocol: /^https?$/ });
const file = (more: z.ZodRawShape = {}) =>
  z.union([z.strictObject({ link, ...more }), z.strictObject({ id: words(255), ...more })]);
const caption = { caption: words(1_024).optional() };
const captioned = file(caption);

const titled = z.strictObject({ type: z.literal('text'), text: words(60) });
const picture = z.strictObject({ type: z.literal('image'), image: file() });
const film = z.strictObject({ type: z.literal('video'), video: file() });
const paper = z.strictObject({ type: z.literal('document'), document: file({ filename: words(240).optional() }) });
const body = z.strictObject({ text: words(1_024) });
const footer = z.strictObject({ text: words(60) }).optional();
const button = z.strictObject({
  type: z.literal('reply'),
  reply: z.strictObject({ id: words(256), title: words(20) }),
});
const row = z.strictObject({ id: words(200), title: words(24), description: words(72).optional() });
const sections = z
  .array(z.strictObject({ title: words(24).optional(), rows: z.array(row).min(1) }))
  .min(1)
  .max(10)
  .refine((all) => all.reduce((rows, section) => rows + section.rows.length, 0) <= 10, 'At most 10 rows.')
  .refine((all) => all.length === 1 || all.every(({ title }) => title !== undefined), 'Each section needs a title.');

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
  location: z.strictObject({
    ...{ latitude: z.number().min(-90).max(90), longitude: z.number().min(-180).max(180) },
    ...{ name: words(1_000).optional(), address: words(1_000).optional() },
  }),
  contacts: z.array(contact).min(1).max(257),
  ...{ interactive, template },
  reaction: z.strictObject({ message_id: words(255), emoji: z.string().max(64) }),
};

const envelope = {
  recipient_type: z.enum(['individual', 'group']).optional(),
  to: z.string().regex(/^[1-9]\d{6,14}$/),
  context: z.strictObject({ message_id: words(255) }).optional(),
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
