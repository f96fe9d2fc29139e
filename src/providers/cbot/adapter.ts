import { createHttpCaller, type HttpCall } from '../http-call.js';
import { normalizeAddress } from '../meta-whatsapp/address.js';
import type { AccountAnswer, AccountRequest, PartRequest, ProviderAdapter, ProviderCall } from '../provider.js';
import { sendBy } from '../send-by.js';
import { parseSettingsBy } from '../settings.js';
import { accountAnswerOf, outcomeOf } from './answer.js';
import { capabilitiesOf } from './capabilities.js';
import { interpret } from './interpret.js';
import { fetchMedia } from './media.js';
import { refuse } from './refuse.js';
import { callOf, partsOf, readOf } from './request.js';
import { accessOf, basicAuthOf, cbotSettings, type CbotSettings } from './settings.js';
import { SECRET_HEADER, verify } from './verify.js';

/** Messages a second of one number: what Meta allows, and what a client on premises bears. */
const RATES = { CLOUD: { perSecond: 80, burst: 80 }, ON_PREMISES: { perSecond: 20, burst: 20 } } as const;

const WEBHOOK_PATH = '/v1/configs/webhook';

/** CBOT's WhatsApp API, on premises or in the cloud: one channel is one number, which its key stands for. */
export function createCbotAdapter(): ProviderAdapter<CbotSettings> {
  const call = createHttpCaller();
  const ask = async (
    { settings, signal }: AccountRequest<CbotSettings>,
    asked: Pick<HttpCall, 'method' | 'json'>,
  ): Promise<AccountAnswer> => {
    const end = await call({ ...accessOf(settings), path: WEBHOOK_PATH, ...asked, signal });
    return end.kind === 'answered' ? accountAnswerOf(end) : end;
  };
  return {
    kind: 'CBOT',
    platforms: ['WHATSAPP'],
    secretHeaders: [SECRET_HEADER],
    capabilitiesOf: (_platform, settings) => capabilitiesOf(settings),
    parseSettings: (given, before) => parseSettingsBy(cbotSettings, given, before),
    normalizeAddress: (_platform, address) => normalizeAddress(address),
    refuse: (content, _platform, settings) => refuse(content, settings),
    partsOf,
    rateOf: ({ flavour }) => RATES[flavour],
    ...sendBy(call, requestOf, outcomeOf),
    async markRead({ settings, providerMessageId, signal }) {
      await call({ ...accessOf(settings), ...readOf(settings, providerMessageId), signal });
    },
    verifyCredentials: (request) => ask(request, { method: 'GET' }),
    registerWebhook: (request) =>
      ask(request, {
        method: 'POST',
        json: { url: request.webhookUrl, headers: { Authorization: basicAuthOf(request.settings) } },
      }),
    fetchMedia: (request) => fetchMedia(call, request),
    verify,
    interpret: ({ body }) => interpret(body),
  };
}

function requestOf(part: PartRequest<CbotSettings>): ProviderCall {
  const { method, path, body } = callOf(part);
  return { ...accessOf(part.settings), method, path, json: body };
}
