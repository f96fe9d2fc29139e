import { createHttpCaller } from '../http-call.js';
import type { PartRequest, ProviderAdapter, ProviderCall, TypingRequest } from '../provider.js';
import { sendBy } from '../send-by.js';
import { parseSettingsBy } from '../settings.js';
import { contactIdOf, normalizeAddress } from './address.js';
import { accountAnswerOf, outcomeOf } from './answer.js';
import { capabilitiesOf } from './capabilities.js';
import { interpret } from './interpret.js';
import { refuse } from './refuse.js';
import { createRefresh } from './refresh.js';
import { callOf, partsOf } from './request.js';
import { accountOf, botmakerSettings, placeOf, type BotmakerSettings } from './settings.js';
import { TOKEN_HEADER, verify } from './verify.js';
import { askWindow } from './window.js';

/** `send-messages` bears 350 a second; an empty channel is filled again 50 times a second. */
const RATE = { perSecond: 350, burst: 50 } as const;

/** Botmaker's API v2.0: one channel is one of a Botmaker project's. */
export function createBotmakerAdapter(): ProviderAdapter<BotmakerSettings> {
  const call = createHttpCaller();
  /** One call for both: who doesn't type has read. */
  const giveFeedback = async (
    { settings, platform, address, signal }: TypingRequest<BotmakerSettings>,
    typing: boolean,
  ): Promise<void> => {
    const json = { channelId: settings.channelId, contactId: contactIdOf(platform, address), typing };
    await call({ ...placeOf(settings, '/chats-actions/send-read-typing-feedback'), method: 'POST', json, signal });
  };
  return {
    kind: 'BOTMAKER',
    platforms: ['WHATSAPP', 'MESSENGER', 'INSTAGRAM', 'TELEGRAM', 'WEBCHAT'],
    secretHeaders: [TOKEN_HEADER],
    capabilitiesOf,
    parseSettings: (given, before) => parseSettingsBy(botmakerSettings, given, before),
    accountOf: ({ channelId }) => accountOf(channelId) ?? channelId,
    normalizeAddress,
    refuse,
    partsOf,
    rateOf: () => RATE,
    ...sendBy(call, requestOf, (end, { content }) => outcomeOf(end, content.kind)),
    showTyping: (request) => giveFeedback(request, true),
    // All that the contact wrote so far: it names no message.
    markRead: (request) => giveFeedback(request, false),
    async verifyCredentials({ settings, signal }) {
      const end = await call({ ...placeOf(settings, '/channels?active=true'), method: 'GET', signal });
      const ours = accountOf(settings.channelId);
      return end.kind === 'answered' ? accountAnswerOf(end, (id) => ours !== undefined && accountOf(id) === ours) : end;
    },
    askWindow: (request) => askWindow(call, request),
    refresh: createRefresh(call),
    verify,
    interpret: ({ body }, settings) => interpret(body, settings),
  };
}

/** The id of a Telegram channel may be its bot's token. */
function requestOf(part: PartRequest<BotmakerSettings>): ProviderCall {
  const { method, path, body } = callOf(part);
  const { channelId } = part.settings;
  const secrets = accountOf(channelId) === undefined ? [channelId] : [];
  return { ...placeOf(part.settings, path), method, json: body, secrets };
}
