import { z } from 'zod';

export const publicUrl = z.url({ protocol: /^https?$/ });
const words = z.string().min(1);
const chat = z.union([
  z.strictObject({ channelId: words, contactId: words }),
  z.strictObject({ chatId: z.string().regex(/^[A-Z0-9]{20}$/) }),
]);
const intentButton = z.strictObject({ label: words, intent: words });
const section = z.strictObject({
  title: words.max(24).optional(),
  rows: z
    .array(z.strictObject({ id: words.max(200), title: words.max(24), description: words.max(72).optional() }))
    .min(1),
});
const interactive = z.strictObject({
  header: z.strictObject({ type: z.enum(['text', 'image', 'video', 'document']), content: words }).optional(),
  body: words,
  footer: words.optional(),
  action: z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('url'), urlLink: publicUrl, label: words }),
    z.strictObject({ type: z.literal('intent'), buttons: z.array(intentButton).min(1).max(3) }),
    z.strictObject({ type: z.literal('requestLocation') }),
    z.strictObject({ type: z.literal('list'), button: words.max(20), sections: z.array(section).min(1).max(10) }),
  ]),
});
const MIME_TYPES = [
  ...(['image/jpeg', 'image/png', 'audio/aac', 'audio/ogg', 'audio/mp4', 'audio/amr', 'audio/mpeg'] as const),
  ...(['application/pdf', 'file/pdf', 'file/vnd.ms-excel', 'video/mp4', 'video/3gpp'] as const),
] as const;
const webhookPayload = z.string().optional();
const message = z
  .strictObject({
    text: words.optional(),
    buttons: z
      .array(z.strictObject({ label: words, intent: words.optional() }))
      .min(1)
      .optional(),
    media: z.strictObject({ url: publicUrl, mimeType: z.enum(MIME_TYPES), filename: words.optional() }).optional(),
    location: z
      .strictObject({
        ...{ latitude: z.string().regex(/^-?\d+(\.\d+)?$/), longitude: z.string().regex(/^-?\d+(\.\d+)?$/) },
        ...{ name: words.optional(), address: words.optional() },
      })
      .optional(),
    contact: z
      .strictObject({
        ...{ firstName: words, middleName: words.optional(), lastName: words.optional() },
        ...{ emails: z.array(words).optional(), phones: z.array(words).optional() },
      })
      .optional(),
    whatsappInteractive: interactive.optional(),
    webhookPayload,
  })
  .refine(
    ({ text, media, location, contact, whatsappInteractive }) =>
      [media ?? text, location, contact, whatsappInteractive].filter((one) => one !== undefined).length === 1,
    { error: 'Each message has one content.' },
  )
  .refine(({ buttons, text, media }) => buttons === undefined || (text !== undefined && media === undefined), {
    error: 'Buttons stand below a text.',
    path: ['buttons'],
  })
  .refine(({ whatsappInteractive: said }) => said === undefined || isWhole(said), {
    error: 'The interactive message is not whole.',
    path: ['whatsappInteractive'],
  });

/** What a form can't say of the variants. */
function isWhole({ action, header, footer = '' }: z.infer<typeof interactive>): boolean {
  if (action.type === 'requestLocation') return header === undefined && footer === '';
  if (action.type !== 'list') return true;
  const rows = action.sections.reduce((sum, one) => sum + one.rows.length, 0);
  const isTitled = action.sections.length === 1 || action.sections.every(({ title }) => title !== undefined);
  return rows <= 10 && footer.length <= 60 && isTitled;
}

/** By path and method, what each call must be given. */
export const FORMS = {
  'POST /chats-actions/send-messages': z.strictObject({ chat, messages: z.array(message).min(1) }),
  'POST /chats-actions/trigger-intent': z.strictObject({
    ...{ chat, intentIdOrName: words, webhookPayload },
    variables: z.record(z.string(), z.string()).optional(),
    tags: z.record(z.string(), z.boolean()).optional(),
    postActionIntentIdOrName: words.nullish(),
  }),
  'POST /chats-actions/send-read-typing-feedback': z.strictObject({
    ...{ channelId: words, contactId: words, typing: z.boolean() },
  }),
  'POST /chats-actions/send-reaction': z.strictObject({ messageId: words, reaction: words }),
  'DELETE /chats-actions/send-reaction': z.strictObject({ messageId: words }),
} as const;

export type Form = keyof typeof FORMS;
export const isForm = (said: string): said is Form => Object.hasOwn(FORMS, said);
