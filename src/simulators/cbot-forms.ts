import { z } from 'zod';

/** What each kind of message must be given. A field that nobody knows is refused: the real one would pass it over unseen. */
const words = (max: number) => z.string().min(1).max(max);
const link = z.url({ protocol: /^https?$/ });
const captioned = z.strictObject({ link, caption: words(1_024).optional() });
const bare = z.strictObject({ link });
const document = z.strictObject({ link, caption: words(1_024).optional(), filename: words(240).optional() });
const location = z.strictObject({
  ...{ latitude: z.number(), longitude: z.number(), name: words(1_000).optional(), address: words(1_000).optional() },
});
const contact = z.strictObject({
  name: z.strictObject({ formatted_name: words(1_000), first_name: words(1_000) }),
  phones: z.array(z.strictObject({ phone: words(100) })).optional(),
  emails: z.array(z.strictObject({ email: words(255) })).optional(),
  org: z.strictObject({ company: words(1_000) }).optional(),
});
const reaction = z.strictObject({ message_id: words(255), emoji: z.string().max(64) });

const textHeader = z.strictObject({ type: z.literal('text'), text: words(60) });
const imageHeader = z.strictObject({ type: z.literal('image'), image: bare });
const videoHeader = z.strictObject({ type: z.literal('video'), video: bare });
const documentHeader = z.strictObject({
  type: z.literal('document'),
  document: z.strictObject({ link, filename: words(240).optional() }),
});
const header = z.discriminatedUnion('type', [textHeader, imageHeader, videoHeader, documentHeader]);
const footer = z.strictObject({ text: words(60) }).optional();
const body = (max: number) => z.strictObject({ text: words(max) });

const button = z.strictObject({
  type: z.literal('reply'),
  reply: z.strictObject({ id: words(256), title: words(20) }),
});
const buttons = z.strictObject({
  ...{ type: z.literal('button'), header: header.optional(), body: body(1_024), footer },
  action: z.strictObject({ buttons: z.array(button).min(1).max(3) }),
});
const row = z.strictObject({ id: words(200), title: words(24), description: words(72).optional() });
const section = z.strictObject({ title: words(24).optional(), rows: z.array(row).min(1) });
const sections = z
  .array(section)
  .min(1)
  .max(10)
  .refine((all) => all.reduce((rows, one) => rows + one.rows.length, 0) <= 10)
  .refine((all) => all.length === 1 || all.every(({ title }) => title !== undefined));
const list = (bodyMax: number) =>
  z.strictObject({
    ...{ type: z.literal('list'), header: textHeader.optional(), body: body(bodyMax), footer },
    action: z.strictObject({ button: words(20), sections }),
  });
const openUrl = z.strictObject({
  name: z.literal('cta_url'),
  parameters: z.strictObject({ display_text: words(20), url: link }),
});
const linkButton = z.strictObject({
  ...{ type: z.literal('cta_url'), header: header.optional(), body: body(1_024), footer },
  action: openUrl,
});
const card = z.strictObject({
  ...{ card_index: z.int(), type: z.literal('cta_url'), header: z.union([imageHeader, videoHeader]) },
  ...{ body: body(160).optional(), action: openUrl },
});
const carousel = z.strictObject({
  ...{ type: z.literal('carousel'), body: body(1_024) },
  action: z.strictObject({ cards: z.array(card).min(2).max(10) }),
});

const parameter = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text'), text: words(1_024), parameter_name: words(100).optional() }),
  z.strictObject({ type: z.literal('payload'), payload: words(256) }),
  z.strictObject({ type: z.literal('coupon_code'), coupon_code: words(100) }),
  imageHeader,
  videoHeader,
  documentHeader,
]);
const component = z.strictObject({
  type: z.enum(['header', 'body', 'button']),
  sub_type: z.enum(['quick_reply', 'url', 'copy_code']).optional(),
  index: z.string().regex(/^\d$/).optional(),
  parameters: z.array(parameter).min(1),
});
const template = {
  name: words(512),
  language: z.strictObject({ policy: z.literal('deterministic'), code: words(20) }),
  components: z.array(component).optional(),
};

const contextOf = z.strictObject({ message_id: words(255) }).optional();
const to = z.string().regex(/^[1-9]\d{6,14}$/);
const of = <Type extends string, Form extends z.ZodType>(type: Type, form: Form) => ({
  type: z.literal(type),
  [type]: form,
});

/** Those that both flavours say alike. */
const alike = (frame: z.core.$ZodLooseShape) => [
  z.strictObject({ ...frame, ...of('image', captioned) }),
  z.strictObject({ ...frame, ...of('video', captioned) }),
  z.strictObject({ ...frame, ...of('audio', bare) }),
  z.strictObject({ ...frame, ...of('document', document) }),
  z.strictObject({ ...frame, ...of('sticker', bare) }),
  z.strictObject({ ...frame, ...of('location', location) }),
  z.strictObject({ ...frame, ...of('contacts', z.array(contact).min(1).max(257)) }),
  z.strictObject({ ...frame, ...of('reaction', reaction) }),
];

const common = { recipient_type: z.literal('individual').optional(), to, context: contextOf };
const cloud = {
  ...common,
  messaging_product: z.literal('whatsapp'),
  biz_opaque_callback_data: words(512).optional(),
};

/** `preview_url` stands at the top, and templates have a namespace. */
export const ON_PREMISES_FORMS = z.union([
  ...alike(common),
  z.strictObject({
    ...common,
    ...of('text', z.strictObject({ body: words(4_096) })),
    preview_url: z.boolean().optional(),
  }),
  z.strictObject({ ...common, ...of('interactive', z.union([buttons, list(1_024)])) }),
  z.strictObject({ ...common, ...of('template', z.strictObject({ ...template, namespace: words(255) })) }),
]);

export const CLOUD_FORMS = z.union([
  ...alike(cloud),
  z.strictObject({
    ...{ ...cloud, ...of('text', z.strictObject({ body: words(4_096), preview_url: z.boolean().optional() })) },
  }),
  z.strictObject({ ...cloud, ...of('interactive', z.union([buttons, list(4_096), linkButton, carousel])) }),
  z.strictObject({ ...cloud, ...of('template', z.strictObject(template)) }),
]);
