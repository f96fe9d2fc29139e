import { createHttpCaller } from '../http-call.js';
import type { PartRequest, ProviderAdapter, ProviderCall } from '../provider.js';
import { sendBy } from '../send-by.js';
import { parseSettingsBy } from '../settings.js';
import { normalizeAddress } from './address.js';
import { outcomeOf } from './answer.js';
import { capabilitiesOf } from './capabilities.js';
import { interpret } from './interpret.js';
import { refuse } from './refuse.js';
import { callOf, partsOf } from './request.js';
import { accessOf, whautochatSettings, type WhautochatSettings } from './settings.js';
import { SECRET_HEADER, verify } from './verify.js';

/** 100 calls in any minute for an account, bursts and all; 144,000 a day is the same. */
const RATE = { perSecond: 1.5, burst: 10 } as const;

/** WhautoChat's REST API: one channel is one platform of a workspace there. */
export function createWhautochatAdapter(): ProviderAdapter<WhautochatSettings> {
  const call = createHttpCaller();
  return {
    kind: 'WHAUTOCHAT',
    platforms: ['WHATSAPP', 'MESSENGER', 'INSTAGRAM', 'TELEGRAM'],
    secretHeaders: [SECRET_HEADER],
    capabilitiesOf,
    parseSettings: (given, before) => parseSettingsBy(whautochatSettings, given, before),
    normalizeAddress,
    refuse,
    partsOf,
    rateOf: () => RATE,
    ...sendBy(call, requestOf, outcomeOf),
    verify,
    interpret: ({ body }) => interpret(body),
  };
}

function requestOf(part: PartRequest<WhautochatSettings>): ProviderCall {
  const { method, path, body } = callOf(part);
  return { ...accessOf(part.settings), method, path, json: body };
}
