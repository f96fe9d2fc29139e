import { createHttpCaller } from '../http-call.js';
import { answerChallenge } from '../meta/challenge.js';
import { graphCall, placedCall, type GraphRequest } from '../meta/graph-call.js';
import { normalizeScopedId } from '../meta/messaging/address.js';
import { messagingAccountOf, messagingOutcomeOf, subscribedAnswerOf } from '../meta/messaging/answer.js';
import { verify } from '../meta/verify.js';
import type { PartRequest, ProviderAdapter, ProviderCall } from '../provider.js';
import { parseSettingsBy } from '../settings.js';
import { INSTAGRAM_CAPABILITIES } from './capabilities.js';
import { MEANINGS } from './failures.js';
import { interpret } from './interpret.js';
import { callerPathOf, hostOf } from './place.js';
import { refuse } from './refuse.js';
import { callOf, partsOf } from './request.js';
import { instagramSettings, type InstagramSettings } from './settings.js';

/** Calls a second of one account; of audio and video it takes ten, and says so by being throttled. */
const RATE = { perSecond: 300, burst: 300 } as const;

/** Meta's Instagram messaging: one channel is one professional account. */
export function createInstagramAdapter(): ProviderAdapter<InstagramSettings> {
  const call = createHttpCaller();
  const ask = (settings: InstagramSettings, request: GraphRequest, signal: AbortSignal) =>
    call(graphCall(settings, request, signal, hostOf(settings)));
  return {
    kind: 'META_INSTAGRAM',
    platforms: ['INSTAGRAM'],
    capabilitiesOf: () => INSTAGRAM_CAPABILITIES,
    parseSettings: (given, before) => parseSettingsBy(instagramSettings, given, before),
    accountOf: ({ accountId }) => accountId,
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
      await ask(settings, { method: 'POST', path: `${callerPathOf(settings)}/messages`, body }, signal);
    },
    async verifyCredentials({ settings, signal }) {
      const end = await ask(settings, { method: 'GET', path: `/${settings.accountId}?fields=id,username` }, signal);
      return end.kind === 'answered' ? messagingAccountOf(end, MEANINGS) : end;
    },
    async registerWebhook({ settings, signal }) {
      const path = `${callerPathOf(settings)}/subscribed_apps?subscribed_fields=${SUBSCRIBED.join(',')}`;
      const end = await ask(settings, { method: 'POST', path }, signal);
      return end.kind === 'answered' ? subscribedAnswerOf(end, MEANINGS) : end;
    },
    challenge: (query, { verifyToken }) => answerChallenge(query, verifyToken),
    verify: (webhook, { appSecret }) => verify(webhook, appSecret),
    interpret: ({ body }) => interpret(body),
  };
}

const requestOf = (part: PartRequest<InstagramSettings>): ProviderCall =>
  placedCall(part.settings, callOf(part), hostOf(part.settings));

/** What the app is told of. Where it posts that is said once for the whole app, and by no call of an account. */
const SUBSCRIBED = [
  ...['messages', 'messaging_postbacks', 'messaging_seen', 'message_reactions', 'messaging_referral'],
  ...['messaging_optins', 'message_edit', 'standby'],
] as const;
