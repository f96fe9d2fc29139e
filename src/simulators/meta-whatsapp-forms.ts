import { z } from 'zod';
import {
  body,
  caption,
  captioned,
  context,
  file,
  film,
  footer,
  link,
  location,
  picture,
  reaction,
  recipientType,
  sections,
  titled,
  words,
} from './whatsapp-pieces.js';

/** What the Cloud API takes of each type of message. A field that none knows is refused: the real one would pass it over unseen. */
const document = file({ ...caption, filename: words(255).optional() });

const paper = z.strictObject({ type: z.literal('document'), document: file({ filename: words(255).optional() }) });
const header = z.discriminatedUnion('type', [titled, picture, film, paper]).optional();
const choice = z.strictObject({ id: words(256), title: words(20) });
const reply = z.strictObject({ type: z.literal('reply'), reply: choice });
const quickReply = z.strictObject({ type: z.literal('quick_reply'), quick_reply: choice });
const cta = z.strictObject({
  name: z.literal('cta_url'),
  parameters: z.strictObject({ display_text: words(20), url: link }),
});

const cardBody = words(160).refine((text) => text.split('\n').length <= 3, 'At most two line breaks.');
const card = z.strictObject({
  card_index: z.int().min(0).max(9),
  type: z.literal('cta_url').optional(),
  header: z.discriminatedUnion('type', [picture, film]),
  body: z.strictObject({ text: cardBody }).optional(),
  action: z.union([cta, z.strictObject({ buttons: z.array(quickReply).min(1).max(3) })]),
});
type Card = z.infer<typeof card>;
const buttonsOn = ({ action }: Card): number => ('buttons' in action ? action.buttons.length : 0);
const cards = z
  .array(card)
  .min(2)
  .max(10)
  .refine((all) => new Set(all.map(buttonsOn)).size === 1, 'All cards have the same buttons.')
  .refine(
    (all) => all.every(({ type, action }) => (type === 'cta_url') === 'name' in action),
    'A card with a link says so.',
  );

const interactive = z.discriminatedUnion('type', [
  z.strictObject({
    ...{ type: z.literal('button'), header, body, footer },
    action: z.strictObject({ buttons: z.array(reply).min(1).max(3) }),
  }),
  z.strictObject({
    ...{ type: z.literal('list'), header: titled.optional(), body: z.strictObject({ text: words(4_096) }), footer },
    action: z.strictObject({ button: words(20), sections }),
  }),
  z.strictObject({ type: z.literal('cta_url'), header, body, footer, action: cta }),
  z.strictObject({
    ...{ type: z.literal('location_request_message'), body },
    action: z.strictObject({ name: z.literal('send_location') }),
  }),
  z.strictObject({ type: z.literal('carousel'), body, action: z.strictObject({ cards }) }),
]);

const contact = z.strictObject({
  name: z.strictObject({ formatted_name: words(255), first_name: words(255) }),
  phones: z
    .array(z.strictObject({ phone: words(64), type: words(20).optional(), wa_id: words(20).optional() }))
    .optional(),
  emails: z.array(z.strictObject({ email: words(255), type: words(20).optional() })).optional(),
  org: z.strictObject({ company: words(255) }).optional(),
});

const parameter = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text'), parameter_name: words(255).optional(), text: words(32_768) }),
  picture,
  film,
  paper,
]);
const buttonParameter = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text'), text: words(2_000) }),
  z.strictObject({ type: z.literal('payload'), payload: words(256) }),
  z.strictObject({ type: z.literal('coupon_code'), coupon_code: words(15) }),
]);
const component = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('header'), parameters: z.array(parameter).length(1) }),
  z.strictObject({ type: z.literal('body'), parameters: z.array(parameter).min(1) }),
  z.strictObject({
    ...{ type: z.literal('button'), sub_type: z.enum(['url', 'quick_reply', 'copy_code']) },
    ...{ index: z.string().regex(/^\d$/), parameters: z.array(buttonParameter).length(1) },
  }),
]);
const template = z.strictObject({
  name: words(512),
  language: z.strictObject({ code: words(20), policy: z.literal('deterministic') }),
  components: z.array(component).optional(),
});

const objects = {
  text: z.strictObject({ body: words(4_096), preview_url: z.boolean().optional() }),
  ...{ image: captioned, video: captioned, audio: file(), document, sticker: file() },
  location,
  contacts: z.array(contact).min(1).max(257),
  ...{ interactive, template },
  reaction,
};

const envelope = {
  messaging_product: z.literal('whatsapp'),
  recipient_type: recipientType,
  to: z
    .string()
    .regex(/^(\+?\d{7,15}|[\w=+/-]{1,255})$/)
    .optional(),
  /** Somebody who shows no number. */
  recipient: z
    .string()
    .regex(/^[A-Z]{2}\.\w+$/)
    .optional(),
  context,
  biz_opaque_callback_data: z.string().max(512).optional(),
};

/** By its type, each kind of message. */
export const MESSAGE_FORMS = new Map<string, z.ZodType>(
  Object.entries(objects).map(([type, object]) => [
    type,
    z
      .strictObject({ ...envelope, type: z.literal(type), [type]: object })
      .refine((said) => (said['to'] === undefined) !== (said['recipient'] === undefined), {
        ...{ path: ['to'], error: 'Exactly one of to and recipient.' },
      }),
  ]),
);

/** Says that what came in was read, and that somebody types. */
export const readMark = z.strictObject({
  ...{ messaging_product: z.literal('whatsapp'), status: z.literal('read'), message_id: words(255) },
  typing_indicator: z.strictObject({ type: z.literal('text') }).optional(),
});

const override = { override_callback_uri: z.url(), verify_token: words(255) };
export const subscription = z.strictObject(override);
export const numberWebhook = z.strictObject({ webhook_configuration: subscription });
