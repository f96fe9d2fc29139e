import { createHttpCaller } from '../http-call.js';
import { answerChallenge } from '../meta/challenge.js';
import { graphCall, placedCall } from '../meta/graph-call.js';
import { verify } from '../meta/verify.js';
import type { PartRequest, ProviderAdapter, ProviderCall } from '../provider.js';
import { sendBy } from '../send-by.js';
import { parseSettingsBy } from '../settings.js';
import { normalizeAddress } from './address.js';
import { accountAnswerOf, outcomeOf, registeredAnswerOf } from './answer.js';
import { WHATSAPP_CAPABILITIES } from './capabilities.js';
import { fileAnswerOf, locationOf } from './file-place.js';
import { interpret } from './interpret.js';
import { refuse } from './refuse.js';
import { callOf, partsOf, readOf, typingOf } from './request.js';
import { TEMPLATES_BYTES_MAX, templatesAnswerOf, templatesRequest } from './templates.js';
import { whatsAppSettings, type WhatsAppSettings } from './settings.js';

/** Messages a second of one number, until Meta raises it by itself. */
const RATE = { perSecond: 80, burst: 80 } as const;

/** Meta's WhatsApp Cloud API: one channel is one number. */
export function createWhatsAppAdapter(): ProviderAdapter<WhatsAppSettings> {
  const call = createHttpCaller();
  const callForTemplates = createHttpCaller({ answerBytesMax: TEMPLATES_BYTES_MAX });
  return {
    kind: 'META_WHATSAPP',
    platforms: ['WHATSAPP'],
    capabilitiesOf: () => WHATSAPP_CAPABILITIES,
    parseSettings: (given, before) => parseSettingsBy(whatsAppSettings, given, before),
    accountOf: ({ phoneNumberId }) => phoneNumberId,
    normalizeAddress: (_platform, address) => normalizeAddress(address),
    refuse,
    partsOf,
    rateOf: () => RATE,
    ...sendBy(call, requestOf, outcomeOf),
    typingNeedsMessage: true,
    async showTyping({ settings, lastProviderMessageId, signal }) {
      if (lastProviderMessageId !== undefined)
        await call(graphCall(settings, typingOf(settings, lastProviderMessageId), signal));
    },
    async markRead({ settings, providerMessageId, signal }) {
      await call(graphCall(settings, readOf(settings, providerMessageId), signal));
    },
    async verifyCredentials({ settings, signal }) {
      const path = `/${settings.phoneNumberId}?fields=id,display_phone_number`;
      const end = await call(graphCall(settings, { method: 'GET', path }, signal));
      return end.kind === 'answered' ? accountAnswerOf(end) : end;
    },
    async registerWebhook({ settings, signal, webhookUrl }) {
      const end = await call(graphCall(settings, subscriptionOf(settings, webhookUrl), signal));
      return end.kind === 'answered' ? registeredAnswerOf(end) : end;
    },
    async fetchMedia({ settings, mediaId, signal, open }) {
      const location = locationOf(mediaId, settings);
      if (location === undefined) return { kind: 'gone' };
      const end = await call(graphCall(settings, location, signal));
      const answer = end.kind === 'answered' ? fileAnswerOf(end, settings) : end;
      return answer.kind === 'lies' ? open(answer.place) : answer;
    },
    async fetchTemplates({ settings, signal, after }) {
      if (settings.wabaId === undefined) return { kind: 'lacking', setting: 'wabaId' };
      const end = await callForTemplates(graphCall(settings, templatesRequest(settings.wabaId, after), signal));
      return end.kind === 'answered' ? templatesAnswerOf(end) : end;
    },
    challenge: (query, { verifyToken }) => answerChallenge(query, verifyToken),
    verify: (webhook, { appSecret }) => verify(webhook, appSecret),
    interpret: ({ body }) => interpret(body),
  };
}

const requestOf = (part: PartRequest<WhatsAppSettings>): ProviderCall => placedCall(part.settings, callOf(part));

/**
 * An app has one address for its webhooks; an account or a number may have another one. An account is subscribed with the
 * same call; a number alone is one whose account is subscribed already.
 */
function subscriptionOf({ wabaId, phoneNumberId, verifyToken }: WhatsAppSettings, webhookUrl: string) {
  const address = { override_callback_uri: webhookUrl, verify_token: verifyToken };
  return wabaId === undefined
    ? ({ method: 'POST', path: `/${phoneNumberId}`, body: { webhook_configuration: address } } as const)
    : ({ method: 'POST', path: `/${wabaId}/subscribed_apps`, body: address } as const);
}
