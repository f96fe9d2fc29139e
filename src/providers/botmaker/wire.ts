import { z } from 'zod';

/**
 * What Botmaker posts, as far as it is read. Its own documentation of it ends early, so every field is optional, and what
 * has another form than expected is as if it weren't there.
 */
const word = z.transform(textOf).optional();
const number = z
  .union([
    z.number(),
    z
      .string()
      .regex(/^-?\d{1,3}(\.\d{1,20})?$/)
      .transform(Number),
  ])
  .optional()
  .catch(undefined);
const list = <Item extends z.ZodType>(item: Item) => z.array(item).optional().catch(undefined);

/**
 * A word, or a number as one; blank is as if it weren't there. One function and no union with a transformation: each body
 * has forty fields of it, and those made its reading three times as dear.
 */
function textOf(said: unknown): string | undefined {
  if (typeof said === 'number') return Number.isFinite(said) ? String(said) : undefined;
  return typeof said === 'string' && said.trim() !== '' ? said : undefined;
}

const card = z.object({
  name: z.object({ formatted_name: word, first_name: word, last_name: word }).optional().catch(undefined),
  phones: list(z.object({ phone: word, wa_id: word })),
  emails: list(z.object({ email: word })),
  org: z.object({ company: word }).optional().catch(undefined),
});
export type WireCard = z.infer<typeof card>;

/** One message; in the old form the envelope is the message. */
export const message = z.object({
  ...{ _id: word, _id_: word, messageId: word, date: word, from: word, fromName: word },
  fromCustomer: z.boolean().optional().catch(undefined),
  ...{ message: word, caption: word, buttonPayload: word, webhookPayload: word, error: word },
  ...{ image: word, audio: word, video: word, file: word },
  location: z.object({ latitude: number, longitude: number, name: word, address: word }).optional().catch(undefined),
  contacts: list(card),
});
export type WireMessage = z.infer<typeof message>;

export const envelope = message.extend({
  type: word,
  ...{ chatPlatform: word, contactId: word, chatIdInChatPlatform: word, chatChannelId: word, whatsappNumber: word },
  ...{ WHATSAPP_NUMBER: word, customerId: word, firstName: word, lastName: word, whatsappNickName: word, txId: word },
  ...{ status: word, STATUS: word, CREATION_TIME: word, webhookNotificationId: word },
  ...{ reason: word, info: z.object({ reason: word }).optional().catch(undefined) },
  variables: z.record(z.string(), z.unknown()).optional().catch(undefined),
  messages: z.array(z.unknown()).optional().catch(undefined),
});
export type Envelope = z.infer<typeof envelope>;
