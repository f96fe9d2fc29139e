import { createHttpCaller } from '../http-call.js';
import { answerChallenge } from '../meta/challenge.js';
import { graphCall, placedCall, type GraphRequest } from '../meta/graph-call.js';
import { messagingAccountOf, messagingOutcomeOf, subscribedAnswerOf } from '../meta/messaging/answer.js';
import { normalizeScopedId } from '../meta/messaging/address.js';
import { verify } from '../meta/verify.js';
import type { PartRequest, ProviderAdapter, ProviderCall } from '../provider.js';
import { parseSettingsBy } from '../settings.js';
import { messengerCapabilities } from './capabilities.js';
import { MEANINGS } from './failures.js';
import { interpret } from './interpret.js';
import { refuse } from './refuse.js';
import { callOf, partsOf } from './request.js';
import { messengerSettings, type MessengerSettings } from './settings.js';

/** Calls a second of one page; of audio and video it takes ten, and says so by being throttled. */
const RATE = { perSecond: 300, burst: 300 } as const;

/** Meta's Messenger platform: one channel is one page. */
export function createMessengerAdapter(): ProviderAdapter<MessengerSettings> {
  const call = createHttpCaller();
  const ask = (settings: MessengerSettings, request: GraphRequest, signal: AbortSignal) =>
    call(graphCall(settings, request, signal));
  return {
    kind: 'META_MESSENGER',
    platforms: ['MESSENGER'],
    capabilitiesOf: (_platform, settings) => messengerCapabilities(settings),
    parseSettings: (given, before) => parseSettingsBy(messengerSettings, given, before),
    accountOf: ({ pageId }) => pageId,
    normalizeAddress: (_platform, address) => normalizeScopedId(address),
    refuse,
    partsOf,
    rateOf: () => RATE,
    request: requestOf,
    async send(request) {
      const end = await call({ ...requestOf(request), signal: request.signal });
      return end.kind === 'answered' ? messagingOutcomeOf(end, MEANINGS, request.content.kind !== 'reaction') : end;
    },
    async showTyping({ settings, address, signal }) {
      const body = { recipient: { id: address }, sender_action: 'typing_on' };
      await ask(settings, { method: 'POST', path: `/${settings.pageId}/messages`, body }, signal);
    },
    async verifyCredentials({ settings, signal }) {
      const end = await ask(settings, { method: 'GET', path: `/${settings.pageId}?fields=id,name` }, signal);
      return end.kind === 'answered' ? messagingAccountOf(end, MEANINGS) : end;
    },
    async registerWebhook({ settings, signal }) {
      const path = `/${settings.pageId}/subscribed_apps?subscribed_fields=${SUBSCRIBED.join(',')}`;
      const end = await ask(settings, { method: 'POST', path }, signal);
      return end.kind === 'answered' ? subscribedAnswerOf(end, MEANINGS) : end;
    },
    challenge: (query, { verifyToken }) => answerChallenge(query, verifyToken),
    verify: (webhook, { appSecret }) => verify(webhook, appSecret),
    interpret: ({ body }) => interpret(body),
  };
}

const requestOf = (part: PartRequest<MessengerSettings>): ProviderCall => placedCall(part.settings, callOf(part));

/** What the page's app is told of. Where it posts that is said once for the whole app, and by no call of a page. */
const SUBSCRIBED = [
  ...['messages', 'messaging_postbacks', 'message_deliveries', 'message_reads', 'message_reactions', 'message_edits'],
  ...['message_echoes', 'messaging_referrals', 'messaging_optins'],
] as const;
