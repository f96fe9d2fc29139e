import type { Interpretation } from '../provider.js';
import { parseJson } from '../parse-json.js';
import { contentOf, nameOf } from './content.js';
import { formatMessageId } from './message-id.js';
import {
  callbackQuery,
  message,
  messageReaction,
  update,
  type CallbackQuery,
  type Reaction,
  type TelegramMessage,
} from './wire.js';

/** What says nothing that is kept here. */
const IGNORED: ReadonlySet<string> = new Set([
  ...['my_chat_member', 'chat_member', 'chat_join_request', 'message_reaction_count', 'poll', 'poll_answer'],
  ...['inline_query', 'chosen_inline_result', 'shipping_query', 'pre_checkout_query', 'purchased_paid_media'],
  ...['chat_boost', 'removed_chat_boost', 'business_connection', 'managed_bot'],
]);

/** What a message is about that is none: the chat itself changed. */
const SERVICE: readonly string[] = [
  ...['new_chat_members', 'left_chat_member', 'new_chat_title', 'new_chat_photo', 'delete_chat_photo'],
  ...['group_chat_created', 'supergroup_chat_created', 'channel_chat_created', 'migrate_from_chat_id'],
  ...['pinned_message', 'message_auto_delete_timer_changed', 'write_access_allowed', 'chat_background_set'],
];

/** Fields of every message that aren't its content. */
const FRAME: ReadonlySet<string> = new Set([
  ...['message_id', 'message_thread_id', 'date', 'edit_date', 'from', 'sender_chat', 'chat', 'via_bot', 'reply_markup'],
  ...['reply_to_message', 'external_reply', 'quote', 'forward_origin', 'media_group_id', 'has_protected_content'],
  ...['author_signature', 'sender_boost_count', 'sender_business_bot', 'business_connection_id', 'is_from_offline'],
  ...['is_topic_message', 'is_automatic_forward', 'direct_messages_topic', 'reply_to_story', 'effect_id'],
  ...['paid_star_count', 'is_paid_post', 'caption', 'caption_entities'],
  ...['has_media_spoiler', 'show_caption_above_media'],
]);

/** Reads one update. Pure, and never throws on any bytes. */
export function interpret(body: Buffer): readonly Interpretation[] {
  const read = update.safeParse(parseJson(body));
  if (!read.success) return [unread('Not an update.')];
  const { update_id: updateId, ...kinds } = read.data;
  const [found] = Object.entries(kinds);
  if (found === undefined) return [unread('An update of no kind.')];
  const [kind, said] = found;
  if (IGNORED.has(kind)) return [{ kind: 'ignored', reason: `${kind} changes nothing here.` }];
  return [interpretKind(kind, said, updateId) ?? unread(`An update of another kind or form: ${kind.slice(0, 100)}.`)];
}

const unread = (reason: string): Interpretation => ({ kind: 'uninterpreted', reason });

function interpretKind(kind: string, said: unknown, updateId: number): Interpretation | undefined {
  switch (kind) {
    case 'message': {
      const read = message.safeParse(said);
      return read.success ? messageSaid(read.data, said) : undefined;
    }
    case 'edited_message': {
      const read = message.safeParse(said);
      return read.success ? editSaid(read.data, said) : undefined;
    }
    case 'callback_query': {
      const read = callbackQuery.safeParse(said);
      return read.success ? tapSaid(read.data) : undefined;
    }
    case 'message_reaction':
      return reactionSaid(said, updateId);
    default:
      return undefined;
  }
}

function messageSaid(said: TelegramMessage, raw: unknown): Interpretation {
  const { chat, date, message_id: messageId, migrate_to_chat_id: movedTo, reply_to_message: answered } = said;
  if (movedTo !== undefined)
    return { kind: 'address_changed', from: String(chat.id), to: String(movedTo), occurredAt: timeOf(date) };
  const fields = typeof raw === 'object' && raw !== null ? Object.keys(raw) : [];
  const content = contentOf(said);
  if (content === undefined && fields.some((field) => SERVICE.includes(field)))
    return { kind: 'ignored', reason: 'The chat itself changed.' };
  return {
    kind: 'received',
    providerMessageId: formatMessageId(chat.id, messageId),
    address: String(chat.id),
    displayName: nameOf(chat),
    occurredAt: timeOf(date),
    content: content ?? unsupported(fields),
    replyToProviderMessageId: answered && formatMessageId(answered.chat.id, answered.message_id),
    providerData: dataOf(said),
  };
}

const unsupported = (fields: readonly string[]) => ({
  ...{ kind: 'unsupported' as const, text: '' },
  providerKind: fields.find((field) => !FRAME.has(field))?.slice(0, 100) ?? 'unknown',
});

/** What is known beyond the content; a group's member, where it isn't the chat itself that wrote. */
function dataOf({ chat, from, media_group_id, forward_origin, quote, external_reply }: TelegramMessage) {
  const member = from !== undefined && from.id !== chat.id ? { from } : {};
  const data = Object.entries({ ...member, media_group_id, forward_origin, quote, external_reply });
  const given = data.filter(([, value]) => value !== undefined);
  return given.length === 0 ? undefined : Object.fromEntries(given);
}

function editSaid(said: TelegramMessage, raw: unknown): Interpretation {
  const { chat, message_id: messageId, edit_date: editedAt, date } = said;
  const fields = typeof raw === 'object' && raw !== null ? Object.keys(raw) : [];
  return {
    kind: 'edited',
    providerMessageId: formatMessageId(chat.id, messageId),
    address: String(chat.id),
    occasion: String(editedAt ?? date),
    occurredAt: timeOf(editedAt ?? date),
    content: contentOf(said) ?? unsupported(fields),
  };
}

/** A tap has no message of its own, so its id is the query's; its label stands on the message that offered it. */
function tapSaid({ id, from, message: offered, data }: CallbackQuery): Interpretation {
  if (data === undefined) return { kind: 'ignored', reason: 'A tap that carries nothing.' };
  const buttons = offered?.reply_markup?.inline_keyboard.flat() ?? [];
  const text = buttons.find((button) => button.callback_data === data)?.text ?? data;
  return {
    kind: 'received',
    providerMessageId: `tap:${id}`,
    address: String(offered?.chat.id ?? from.id),
    displayName: nameOf(offered?.chat ?? from),
    content: { kind: 'text', text, actions: [], attachments: [], tapped: { kind: 'POSTBACK', text, payload: data } },
    replyToProviderMessageId: offered && formatMessageId(offered.chat.id, offered.message_id),
  };
}

/**
 * Of several emoji the first one: bots are shown what there is now. A picture that stands for none can't be told; it isn't
 * taken back either.
 */
function reactionSaid(said: unknown, updateId: number): Interpretation | undefined {
  const read = messageReaction.safeParse(said);
  if (!read.success) return undefined;
  const { chat, message_id: messageId, date, new_reaction: reactions } = read.data;
  const emoji = reactions.map(emojiOf).find((one) => one !== undefined);
  if (emoji === undefined && reactions.length > 0) return unread('A reaction that is no emoji.');
  return {
    kind: 'reacted',
    providerMessageId: formatMessageId(chat.id, messageId),
    address: String(chat.id),
    emoji: emoji ?? null,
    occasion: String(updateId),
    occurredAt: timeOf(date),
  };
}

/** A star that was paid for has a type of its own. */
const emojiOf = ({ type, emoji }: Reaction): string | undefined => (type === 'paid' ? '⭐' : emoji);

const timeOf = (seconds: number): Date => new Date(seconds * 1_000);
