import { createHttpCaller } from '../http-call.js';
import type { AccountAnswer, AccountRequest, PartRequest, ProviderAdapter, ProviderCall } from '../provider.js';
import { sendBy } from '../send-by.js';
import { parseSettingsBy } from '../settings.js';
import { accountAnswerOf, fileAnswerOf, outcomeOf } from './answer.js';
import { TELEGRAM_CAPABILITIES } from './capabilities.js';
import { answerToTap } from './answer-tap.js';
import { interpret } from './interpret.js';
import { refuse } from './refuse.js';
import { callOf, partsOf } from './request.js';
import { filePlaceOf, placeOf, telegramSettings, type TelegramSettings } from './settings.js';
import { SECRET_HEADER, verify } from './verify.js';

/** Messages a second, over all chats of a bot. */
const RATE = { perSecond: 30, burst: 30 } as const;

/** Without names Telegram leaves reactions out. */
const UPDATES = ['message', 'edited_message', 'callback_query', 'message_reaction', 'my_chat_member'] as const;

/** Telegram's Bot API: one channel is one bot. */
export function createTelegramAdapter(): ProviderAdapter<TelegramSettings> {
  const call = createHttpCaller();
  const ask = async (
    { settings, signal }: AccountRequest<TelegramSettings>,
    method: string,
    json: unknown,
  ): Promise<AccountAnswer> => {
    const end = await call({ ...placeOf(settings, method), json, signal });
    return end.kind === 'answered' ? accountAnswerOf(end) : end;
  };
  return {
    kind: 'TELEGRAM',
    platforms: ['TELEGRAM'],
    secretHeaders: [SECRET_HEADER],
    capabilitiesOf: () => TELEGRAM_CAPABILITIES,
    parseSettings: (given, before) => parseSettingsBy(telegramSettings, given, before),
    normalizeAddress: (_platform, address) => normalizeChat(address),
    refuse,
    partsOf,
    rateOf: () => RATE,
    ...sendBy(call, requestOf, outcomeOf),
    async showTyping(request) {
      await ask(request, 'sendChatAction', { chat_id: request.address, action: 'typing' });
    },
    verifyCredentials: (request) => ask(request, 'getMe', {}),
    registerWebhook: (request) =>
      ask(request, 'setWebhook', {
        url: request.webhookUrl,
        secret_token: request.settings.secretToken,
        allowed_updates: UPDATES,
      }),
    async fetchMedia({ settings, mediaId, signal, open }) {
      const end = await call({ ...placeOf(settings, 'getFile'), json: { file_id: mediaId }, signal });
      const answer = end.kind === 'answered' ? fileAnswerOf(end) : end;
      return answer.kind === 'lies' ? open(filePlaceOf(settings, answer.path)) : answer;
    },
    verify,
    interpret: ({ body }) => interpret(body),
    answerTo: ({ body }) => answerToTap(body),
  };
}

function requestOf(part: PartRequest<TelegramSettings>): ProviderCall {
  const { method, body } = callOf(part);
  return { ...placeOf(part.settings, method), json: body };
}

/** A chat's number, of a group below zero; or the public name of one, as `@name`. */
function normalizeChat(address: string): string | undefined {
  const given = address.trim();
  if (/^-?[1-9]\d{0,15}$/.test(given)) return given;
  return /^@[A-Za-z]\w{3,31}$/.test(given) ? given.toLowerCase() : undefined;
}
