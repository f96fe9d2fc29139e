import { z } from 'zod';

/** In what the forms of Messenger and of Instagram differ. */
export interface MessagingForms {
  readonly text: z.ZodType<string>;
  readonly mediaPayload: z.ZodType;
  /** How a reaction is named. */
  readonly reaction: z.ZodType<string>;
  /** What a message may have beside its content. */
  readonly more: Readonly<Record<string, z.ZodType>>;
}

const url = z.url({ protocol: /^https?$/ });
const title = z.string().min(1).max(20);
const payload = z.string().min(1).max(1_000);
const button = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('postback'), title, payload }),
  z.strictObject({ type: z.literal('web_url'), title, url }),
]);
const buttons = z.array(button).min(1).max(3);
const cardWords = z.string().min(1).max(80);
const template = z.discriminatedUnion('template_type', [
  z.strictObject({ template_type: z.literal('button'), text: z.string().min(1).max(640), buttons }),
  z.strictObject({
    template_type: z.literal('generic'),
    elements: z
      .array(
        z.strictObject({
          ...{ title: cardWords, subtitle: cardWords.optional(), image_url: url.optional() },
          ...{ default_action: z.unknown().optional(), buttons: buttons.optional() },
        }),
      )
      .min(1)
      .max(10),
  }),
]);
const quickReply = z.strictObject({ content_type: z.literal('text'), title, payload, image_url: url.optional() });
const recipient = z.strictObject({ id: z.string().regex(/^\d+$/) });

/** A template that was approved; which ones are is judged apart. */
const utility = z.strictObject({
  name: z.string().min(1),
  language: z.strictObject({ code: z.string().min(2) }),
  components: z
    .array(
      z.strictObject({
        type: z.literal('body'),
        parameters: z.array(z.strictObject({ type: z.literal('text'), text: z.string().min(1) })),
      }),
    )
    .optional(),
});

/** What may be posted. A field that none of them knows is refused: the real one would pass it over unseen. */
export function messagingForms({ text, mediaPayload, reaction, more }: MessagingForms) {
  const attachment = z.union([
    z.strictObject({ type: z.literal('template'), payload: template }),
    z.strictObject({ type: z.enum(['image', 'video', 'audio', 'file']), payload: mediaPayload }),
  ]);
  const send = z.strictObject({
    recipient,
    messaging_type: z.enum(['RESPONSE', 'UPDATE', 'MESSAGE_TAG', 'UTILITY']),
    tag: z.string().optional(),
    message: z.union([
      z.strictObject({ text, quick_replies: z.array(quickReply).min(1).max(13).optional(), ...more }),
      z.strictObject({ attachment, ...more }),
      z.strictObject({ template: utility, ...more }),
    ]),
    reply_to: z.strictObject({ mid: z.string().min(1) }).optional(),
  });
  const act = z.union([
    z.strictObject({ recipient, sender_action: z.enum(['typing_on', 'typing_off', 'mark_seen']) }),
    z.strictObject({
      ...{ recipient, sender_action: z.literal('react') },
      payload: z.strictObject({ message_id: z.string().min(1), reaction }),
    }),
    z.strictObject({
      ...{ recipient, sender_action: z.literal('unreact') },
      payload: z.strictObject({ message_id: z.string().min(1), reaction: reaction.optional() }),
    }),
  ]);
  return { send, act };
}

/** What is read of a message that has the right form. */
export const sentMessage = z.object({
  recipient: z.object({ id: z.string() }),
  messaging_type: z.string(),
  tag: z.string().optional(),
  message: z.object({
    text: z.string().optional(),
    metadata: z.string().optional(),
    template: z.object({ name: z.string(), language: z.object({ code: z.string() }) }).optional(),
  }),
});
export type SentMessage = z.infer<typeof sentMessage>;
