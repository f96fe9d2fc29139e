import { z } from 'zod';

const url = z.url({ protocol: /^https?$/ });
const buttonText = z.string().min(1).max(20);
const rowText = z.string().min(1).max(24);

const reply = (text: z.ZodString) => z.strictObject({ type: z.literal('reply'), reply: z.strictObject({ text }) });
const postback = (text: z.ZodString, payloadMax: number) =>
  z.strictObject({
    type: z.literal('postback'),
    postback: z.strictObject({ text, payload: z.string().max(payloadMax).optional() }),
  });
const link = z.strictObject({ type: z.literal('link'), link: z.strictObject({ text: buttonText, url }) });

const actions = z
  .array(z.union([reply(buttonText), postback(buttonText, 256), link]))
  .min(1)
  .max(3)
  .optional();
const caption = z.string().min(1).max(1_024).optional();
const filename = z.string().min(1).max(255).optional();

/** Buttons follow files in a message of their own. */
const needsWords = (said: { readonly text?: string | undefined; readonly actions?: unknown }) =>
  said.actions === undefined || said.text !== undefined;

const body = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('text'),
    text: z
      .strictObject({ text: z.string().min(1).max(4_096), actions })
      .refine((said) => said.actions === undefined || said.text.length <= 1_024, 'text is too long above actions'),
  }),
  z.strictObject({
    type: z.literal('image'),
    image: z
      .strictObject({
        images: z.array(z.strictObject({ mediaUrl: url, altText: z.string().optional() })).min(1),
        ...{ text: caption, actions },
      })
      .refine(needsWords, 'text is required with actions'),
  }),
  z.strictObject({
    type: z.literal('file'),
    file: z
      .strictObject({
        files: z.array(z.strictObject({ contentType: z.string().regex(/^\w+\/\S/), mediaUrl: url, filename })).min(1),
        ...{ text: caption, actions },
      })
      .refine(needsWords, 'text is required with actions'),
  }),
  z.strictObject({
    type: z.literal('location'),
    location: z.strictObject({
      coordinates: z.strictObject({
        latitude: z.number().min(-90).max(90),
        longitude: z.number().min(-180).max(180),
      }),
      location: z.strictObject({ address: z.string().optional(), label: z.string().optional() }).optional(),
    }),
  }),
  z.strictObject({
    type: z.literal('list'),
    list: z.strictObject({
      items: z
        .array(
          z.strictObject({
            title: z.string().min(1).max(24).optional(),
            actions: z.array(z.union([reply(rowText), postback(rowText, 200)])).min(1),
          }),
        )
        .min(1)
        .max(10)
        .refine((items) => items.flatMap((item) => item.actions).length <= 10, 'more than 10 rows')
        .refine((items) => items.length === 1 || items.every(({ title }) => title !== undefined), 'title is required'),
      title: z.string().max(60).optional(),
      altText: z.string().optional(),
      text: z.string().min(1).max(1_024),
    }),
  }),
]);

const template = z.strictObject({
  projectId: z.string().min(1),
  version: z.string().min(1),
  locale: z.string().optional(),
  parameters: z
    .array(z.strictObject({ type: z.literal('string'), key: z.string().min(1), value: z.string() }))
    .optional(),
});

const contact = z.union([
  z.strictObject({ id: z.uuid() }),
  z.strictObject({
    identifierKey: z.enum(['phonenumber', 'whatsappbsuid']).optional(),
    identifierValue: z.string().min(1),
  }),
]);
export type Receiver = z.infer<typeof contact>;

/** What the endpoint for messages takes. A field that it doesn't name is refused: the real one might pass it over unseen. */
export const messageForm = z
  .strictObject({
    receiver: z.strictObject({ contacts: z.tuple([contact]) }),
    reference: z.string().max(255).optional(),
    replyTo: z.strictObject({ id: z.string().min(1), type: z.literal('message') }).optional(),
    body: body.optional(),
    template: template.optional(),
  })
  .refine((said) => (said.body === undefined) !== (said.template === undefined), 'either body or template is required');
export type MessageForm = z.infer<typeof messageForm>;

export const subscriptionForm = z.strictObject({
  service: z.literal('channels'),
  event: z.string().regex(/^\w+\.(inbound|outbound|interaction)$/),
  url,
  signingKey: z.string().min(1),
  template: z.null().optional(),
  eventFilters: z.array(z.strictObject({ key: z.literal('channelId'), value: z.string() })).max(1),
});
export type SubscriptionForm = z.infer<typeof subscriptionForm>;
