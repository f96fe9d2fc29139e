import { z } from 'zod';

/** What WhatsApp posts, as far as it is read; everything else is passed over. */
const id = z.string().min(1);
const beside = id.optional().catch(undefined);
const record = z.record(z.string(), z.unknown());

/** The value of a change: of messages to and from one number. */
export const value = z.object({
  metadata: z.object({ phone_number_id: id }),
  contacts: z.array(z.unknown()).optional().catch(undefined),
  messages: z.array(z.unknown()).optional(),
  statuses: z.array(z.unknown()).optional(),
  errors: z.array(z.unknown()).optional(),
  message_echoes: z.array(z.unknown()).optional(),
});

export const contact = z.object({
  profile: z.object({ name: z.string().optional(), username: z.string().optional() }).optional(),
  wa_id: z.string().optional(),
  user_id: z.string().optional(),
});
export type Contact = z.infer<typeof contact>;

const timestamp = z.union([z.string(), z.number()]).optional();

export const error = z.object({
  code: z.int(),
  title: z.string().optional(),
  message: z.string().optional(),
  error_data: z.object({ details: z.string().optional() }).optional().catch(undefined),
});
export type WireError = z.infer<typeof error>;

/** A message, but for the object of its type. */
export const message = z.looseObject({
  ...{ id, timestamp, type: z.string().min(1) },
  /** Absent where the contact shows no number. */
  from: id.optional(),
  from_user_id: id.optional(),
  group_id: id.optional(),
  /** Of an echo: the contact. */
  to: id.optional(),
  context: z
    .looseObject({ id: z.string().optional(), from: z.unknown(), user_id: z.unknown() })
    .partial()
    .optional()
    .catch(undefined),
  referral: record.optional().catch(undefined),
  errors: z.array(z.unknown()).optional().catch(undefined),
});
export type WireMessage = z.infer<typeof message>;

export const media = z.object({
  id,
  mime_type: z.string().optional(),
  caption: z.string().optional(),
  filename: z.string().optional(),
});
export type WireMedia = z.infer<typeof media>;

export const text = z.object({ body: z.string() });
export const location = z.object({
  ...{ latitude: z.number(), longitude: z.number() },
  ...{ name: z.string().optional(), address: z.string().optional() },
});
export const contacts = z
  .array(
    z.object({
      name: z.object({ formatted_name: z.string().optional(), first_name: z.string().optional() }).optional(),
      phones: z.array(z.object({ phone: z.string().optional(), wa_id: z.string().optional() })).optional(),
      emails: z.array(z.object({ email: z.string().optional() })).optional(),
      org: z.object({ company: z.string().optional() }).optional(),
    }),
  )
  .min(1);

const choice = z.object({ id: z.string(), title: z.string(), description: z.string().optional() });
export const interactive = z.union([
  z.object({ type: z.literal('button_reply'), button_reply: choice }),
  z.object({ type: z.literal('list_reply'), list_reply: choice }),
  z.object({
    type: z.literal('nfm_reply'),
    nfm_reply: z.object({ body: z.string().optional(), name: z.string().optional(), response_json: z.string() }),
  }),
]);
/** An answer of a kind that isn't among them. */
export const otherAnswer = z.object({ type: z.string().min(1) });
export const button = z.object({ text: z.string(), payload: z.string().optional() });
export const order = z.object({
  text: z.string().optional(),
  product_items: z
    .array(z.object({ product_retailer_id: z.string(), quantity: z.union([z.number(), z.string()]).optional() }))
    .optional(),
});

export const reaction = z.object({ message_id: id, emoji: z.string().optional() });
export const system = z.object({ type: z.string(), wa_id: id.optional() });
export const revoke = z.object({ original_message_id: id });
export const edit = z.object({ original_message_id: id, message: z.looseObject({ type: z.string().min(1) }) });
export const unsupported = z.object({ type: z.string().min(1) });

export const status = z.object({
  ...{ id, timestamp, status: z.string() },
  recipient_id: beside,
  recipient_user_id: beside,
  /** `group`: then the recipient is one. */
  recipient_type: beside,
  biz_opaque_callback_data: z.string().optional().catch(undefined),
  errors: z.array(error).optional().catch(undefined),
});
export type WireStatus = z.infer<typeof status>;
