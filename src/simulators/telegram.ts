import { z } from 'zod';
import type { ReceivedCall } from './read-call.js';
import type { SimulatedAnswer, SimulatedProvider } from './simulator.js';
import { createTelegramFiles, type TelegramFiles } from './telegram-files.js';
import type { PostedWebhook } from './webhook-poster.js';

export interface TelegramSimulatorOptions {
  readonly botToken: string;
  /** Answers each text with one of the contact's own; default: false. */
  readonly replies?: boolean;
}

export interface TelegramSimulator extends SimulatedProvider {
  /** An update as it goes to the webhook that `setWebhook` named. @throws before there is one */
  update(said: Readonly<Record<string, unknown>>): PostedWebhook;
  /** A message of a contact, with the frame that every message has. */
  messageFrom(chatId: number, said: Readonly<Record<string, unknown>>): PostedWebhook;
  /** Keeps a file that a message of a contact can name by its `file_id`. */
  readonly addFile: TelegramFiles['add'];
}

const chatId = z.union([z.int(), z.string().regex(/^(-?\d+|@\w+)$/)]);
const keyboard = z.object({
  inline_keyboard: z.array(
    z.array(
      z.union([
        z.strictObject({ text: z.string().min(1), callback_data: z.string().min(1) }),
        z.strictObject({ text: z.string().min(1), url: z.url() }),
      ]),
    ),
  ),
});
const reply = z.object({ message_id: z.int(), allow_sending_without_reply: z.boolean().optional() });
const common = { chat_id: chatId, reply_parameters: reply.optional() };
const captioned = { ...common, caption: z.string().max(1_024).optional(), reply_markup: keyboard.optional() };
const media = z.url({ protocol: /^https?$/ });

/** What each method must be given. A field that none of them knows is refused: the real one would pass it over unseen. */
const METHODS: Readonly<Record<string, z.ZodType>> = {
  sendMessage: z.strictObject({ ...common, text: z.string().max(4_096), reply_markup: keyboard.optional() }),
  sendPhoto: z.strictObject({ ...captioned, photo: media }),
  sendVideo: z.strictObject({ ...captioned, video: media }),
  sendAudio: z.strictObject({ ...captioned, audio: media }),
  sendVoice: z.strictObject({ ...captioned, voice: media }),
  sendDocument: z.strictObject({ ...captioned, document: media }),
  sendMediaGroup: z.strictObject({
    ...common,
    media: z
      .array(z.strictObject({ type: z.literal('photo'), media, caption: z.string().max(1_024).optional() }))
      .min(2)
      .max(10),
  }),
  sendLocation: z.strictObject({ ...common, latitude: z.number(), longitude: z.number() }),
  sendVenue: z.strictObject({
    ...{ ...common, latitude: z.number(), longitude: z.number(), title: z.string().min(1), address: z.string().min(1) },
  }),
  sendContact: z.strictObject({
    ...{ ...common, phone_number: z.string().min(1), first_name: z.string().min(1) },
    vcard: z.string().max(2_048).optional(),
  }),
  setMessageReaction: z.strictObject({
    chat_id: chatId,
    message_id: z.int(),
    reaction: z.array(z.strictObject({ type: z.literal('emoji'), emoji: z.string().min(1) })).max(1),
  }),
  sendChatAction: z.strictObject({ chat_id: chatId, action: z.literal('typing') }),
  getMe: z.strictObject({}),
  getFile: z.strictObject({ file_id: z.string().min(1) }),
  setWebhook: z.strictObject({
    url: z.url(),
    secret_token: z.string().regex(/^[A-Za-z0-9_-]{1,256}$/),
    allowed_updates: z.array(z.string()),
  }),
};

const CALLBACK_BYTES_MAX = 64;

/** Chats that answer as Telegram does of such: nobody there; blocked; never begun. */
const REFUSED_CHATS: Readonly<Record<string, readonly [number, string]>> = {
  '400': [400, 'Bad Request: chat not found'],
  '403': [403, 'Forbidden: bot was blocked by the user'],
  '404': [403, "Forbidden: bot can't initiate conversation with a user"],
};

/** The Bot API from the other side. */
export function createTelegramSimulator({ botToken, replies = false }: TelegramSimulatorOptions): TelegramSimulator {
  const files = createTelegramFiles(botToken);
  let numbers = 0;
  let webhook: { readonly url: string; readonly secretToken: string } | undefined;
  const update = (said: Readonly<Record<string, unknown>>): PostedWebhook => {
    if (webhook === undefined) throw new Error('No webhook was set.');
    const headers = { 'x-telegram-bot-api-secret-token': webhook.secretToken };
    return { url: webhook.url, headers, body: JSON.stringify({ update_id: (numbers += 1), ...said }) };
  };
  const messageFrom = (chat: number, said: Readonly<Record<string, unknown>>) =>
    update({ message: { ...frameOf((numbers += 1), chat), ...said } });
  const answerSend = (json: Readonly<Record<string, unknown>>): SimulatedAnswer => {
    const refused = REFUSED_CHATS[String(json['chat_id'])];
    if (refused !== undefined) return errorOf(...refused);
    const chat = typeof json['chat_id'] === 'string' && json['chat_id'].startsWith('@') ? 77 : Number(json['chat_id']);
    const sent = () => ({ ...frameOf((numbers += 1), chat), from: { id: 9, is_bot: true, first_name: 'Bot' } });
    const result = Array.isArray(json['media']) ? json['media'].map(sent) : sent();
    const text = json['text'];
    const isAnswered = replies && webhook !== undefined && typeof text === 'string';
    return ok(result, isAnswered ? [messageFrom(chat, { text: `You said: ${text.slice(0, 1_000)}` })] : []);
  };
  return {
    ...{ update, messageFrom, addFile: files.add },
    throttled: () => ({
      status: 429,
      body: { ...errorBody(429, 'Too Many Requests: retry after 1'), parameters: { retry_after: 1 } },
    }),
    failed: () => errorOf(500, 'Internal Server Error'),
    isSend: ({ path }) => /\/send(?!ChatAction)\w+$/.test(path),
    answer(call) {
      const file = files.download(call);
      if (file !== undefined) return file;
      const judged = judge(call, botToken);
      if ('status' in judged) return judged;
      const { method, json } = judged;
      if (method === 'getMe') return ok({ id: 9, is_bot: true, first_name: 'Bot', username: 'simulated_bot' });
      if (method === 'getFile') return answerFile(files, String(json['file_id']));
      if (method === 'setWebhook') {
        webhook = { url: String(json['url']), secretToken: String(json['secret_token']) };
        return ok(true);
      }
      return method === 'setMessageReaction' || method === 'sendChatAction' ? ok(true) : answerSend(json);
    },
  };
}

function answerFile(files: TelegramFiles, fileId: string): SimulatedAnswer {
  const found = files.describe(fileId) ?? {
    refusal: 'Bad Request: wrong file_id or the file is temporarily unavailable',
  };
  return 'result' in found ? ok(found.result) : errorOf(400, found.refusal);
}

type Judged = SimulatedAnswer | { readonly method: string; readonly json: Readonly<Record<string, unknown>> };

function judge({ method: verb, path, headers, json }: ReceivedCall, botToken: string): Judged {
  const [, token, method = ''] = /^\/bot([^/]+)\/(\w+)$/.exec(path) ?? [];
  if (token === undefined) return errorOf(404, 'Not Found');
  if (token !== botToken) return errorOf(401, 'Unauthorized');
  const form = METHODS[method];
  if (form === undefined || verb !== 'POST') return errorOf(404, 'Not Found');
  if (!/^application\/json\b/.test(headers['content-type'] ?? '')) return errorOf(400, 'Bad Request: no JSON');
  const read = form.safeParse(json);
  if (!read.success) return errorOf(400, `Bad Request: ${read.error.issues[0]?.path.join('.') ?? ''} is wrong`);
  const given = read.data as Readonly<Record<string, unknown>>;
  if (given['text'] === '') return errorOf(400, 'Bad Request: message text is empty');
  return hasLongCallback(given) ? errorOf(400, 'Bad Request: BUTTON_DATA_INVALID') : { method, json: given };
}

function hasLongCallback(json: Readonly<Record<string, unknown>>): boolean {
  const read = keyboard.safeParse(json['reply_markup']);
  const buttons = read.success ? read.data.inline_keyboard.flat() : [];
  return buttons.some((one) => 'callback_data' in one && Buffer.byteLength(one.callback_data) > CALLBACK_BYTES_MAX);
}

const frameOf = (messageId: number, chat: number) => ({
  message_id: messageId,
  date: Math.floor(Date.now() / 1_000),
  from: { id: chat, is_bot: false, first_name: 'Mia' },
  chat: { id: chat, type: 'private', first_name: 'Mia' },
});

const ok = (result: unknown, webhooks: readonly PostedWebhook[] = []): SimulatedAnswer => ({
  ...{ status: 200, body: { ok: true, result }, webhooks },
});
const errorBody = (code: number, description: string) => ({ ok: false, error_code: code, description });
const errorOf = (status: number, description: string): SimulatedAnswer => ({
  status,
  body: errorBody(status, description),
});
