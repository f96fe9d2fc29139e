import { z } from 'zod';
import { isShallow } from '../../nesting.js';

/** What Messenger and Instagram post, as far as it is read; everything else is passed over. */
const id = z.union([z.string().min(1), z.int().transform(String)]);
const person = z.object({ id }).nullish().catch(undefined);
const record = z.record(z.string(), z.unknown());

/** What every event has, with its own part beside it. */
export const event = z.looseObject({
  sender: person,
  recipient: person,
  /** Unix time in milliseconds; of some referrals in seconds. */
  timestamp: z.union([z.int(), z.string()]).optional().catch(undefined),
});

const mid = z.string().min(1).max(255);

export const attachment = z.object({
  type: z.string(),
  title: z.string().optional().catch(undefined),
  url: z.string().optional().catch(undefined),
  payload: z
    .object({
      url: z.string().optional().catch(undefined),
      title: z.string().optional().catch(undefined),
      sticker_id: z.union([z.string(), z.int()]).optional().catch(undefined),
      coordinates: z.object({ lat: z.number(), long: z.number() }).optional().catch(undefined),
    })
    .nullish()
    .catch(undefined),
});
export type Attachment = z.infer<typeof attachment>;

export const message = z.object({
  mid,
  text: z.string().optional(),
  quick_reply: z.object({ payload: z.string() }).optional(),
  reply_to: z.object({ mid: mid.optional(), story: record.optional() }).optional().catch(undefined),
  attachments: z.array(z.unknown()).optional().catch(undefined),
  referral: record.optional().catch(undefined),
  metadata: z.string().optional().catch(undefined),
  is_echo: z.boolean().optional(),
  is_deleted: z.boolean().optional(),
  is_unsupported: z.boolean().optional(),
});
export type MessagingMessage = z.infer<typeof message>;

export const edit = z.object({ mid, text: z.string(), num_edit: z.int().optional() });
export const postback = z.object({
  mid: mid.optional(),
  title: z.string().optional(),
  payload: z.string().optional(),
  referral: record.optional().catch(undefined),
});
export const reaction = z.object({
  mid,
  action: z.enum(['react', 'unreact']),
  /** A word of the platform's. */
  reaction: z.string().optional(),
  emoji: z.string().optional(),
});
/** Its digest is its id, so it must be one that can be written down. */
export const referral = record.refine((said) => isShallow(said));

const watermark = z.union([z.int(), z.string()]);
export const delivery = z.object({ mids: z.array(mid).optional(), watermark: watermark.optional() });
/** Messenger says until when, Instagram which one. */
export const read = z.union([z.object({ mid }), z.object({ watermark })]);
