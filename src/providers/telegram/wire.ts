import { z } from 'zod';

/** What Telegram posts, as far as it is read; everything else is passed over. Ids have up to 52 bits: JSON holds them. */
const user = z.object({
  id: z.int(),
  first_name: z.string().optional(),
  last_name: z.string().optional(),
});
const chat = z.object({
  id: z.int(),
  title: z.string().optional(),
  first_name: z.string().optional(),
  last_name: z.string().optional(),
});
const file = z.object({
  file_id: z.string().min(1),
  mime_type: z.string().optional(),
  file_name: z.string().optional(),
});
const location = z.object({ latitude: z.number(), longitude: z.number() });

export const message = z.object({
  message_id: z.int(),
  date: z.int(),
  edit_date: z.int().optional(),
  from: user.optional(),
  chat,
  text: z.string().optional(),
  caption: z.string().optional(),
  /** Smallest first. */
  photo: z.array(file).min(1).optional(),
  video: file.optional(),
  audio: file.optional(),
  voice: file.optional(),
  video_note: file.optional(),
  animation: file.optional(),
  document: file.optional(),
  sticker: file
    .extend({ emoji: z.string().optional(), is_animated: z.boolean().optional(), is_video: z.boolean().optional() })
    .optional(),
  location: location.optional(),
  venue: z.object({ location, title: z.string(), address: z.string() }).optional(),
  contact: z.object({ phone_number: z.string(), first_name: z.string(), last_name: z.string().optional() }).optional(),
  web_app_data: z.object({ data: z.string(), button_text: z.string() }).optional(),
  reply_to_message: z.object({ message_id: z.int(), chat: z.object({ id: z.int() }) }).optional(),
  migrate_to_chat_id: z.int().optional(),
  media_group_id: z.string().optional(),
  forward_origin: z.record(z.string(), z.unknown()).optional(),
  quote: z.record(z.string(), z.unknown()).optional(),
  /** Of another chat. */
  external_reply: z.record(z.string(), z.unknown()).optional(),
  reply_markup: z
    .object({ inline_keyboard: z.array(z.array(z.object({ text: z.string(), callback_data: z.string().optional() }))) })
    .optional(),
});
export type TelegramMessage = z.infer<typeof message>;

export const callbackQuery = z.object({
  id: z.string().min(1).max(200),
  from: user,
  /** One too old to be read has no text; one of an inline bot there is none at all. */
  message: message.partial({ date: true }).optional(),
  data: z.string().optional(),
});
export type CallbackQuery = z.infer<typeof callbackQuery>;

const reaction = z.object({ type: z.string(), emoji: z.string().optional() });
export type Reaction = z.infer<typeof reaction>;

export const messageReaction = z.object({
  chat,
  message_id: z.int(),
  date: z.int(),
  new_reaction: z.array(reaction),
});

export const update = z.looseObject({ update_id: z.int() });
