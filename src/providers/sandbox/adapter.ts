import { createHttpCaller } from '../http-call.js';
import { RECEIPT_STATUSES } from '../../events/channel/events.js';
import type { Capabilities, ProviderAdapter } from '../provider.js';
import { callOf, outcomeOf } from './call.js';
import { interpretSandboxWebhook, mayBeTyping } from './interpret.js';
import { lookUpCall } from './look-up.js';
import { markRead } from './mark-read.js';
import { partsOf } from './parts.js';
import { parseSandboxSettings, sandboxRateOf, type SandboxSettings } from './settings.js';
import { showTyping } from './show-typing.js';
import { isSigned } from './signature.js';
import { SIGNATURE_HEADER, TIMESTAMP_HEADER } from './wire.js';

export interface SandboxAdapterDeps {
  /** Where the built-in carrier listens; undefined where this process runs none. Asked at every call. */
  readonly defaultBaseUrl: () => string | undefined;
  /** At least 32 random bytes as printable ASCII. */
  readonly newSecret: () => string;
}

/** Where this process runs no carrier: shown, and never called. */
const NOWHERE = 'http://sandbox.invalid';

/** The sandbox takes whatever Parley takes: only the outer limits bound it. */
const CAPABILITIES: Capabilities = {
  content: {
    ...{ text: {}, image: {}, file: {}, location: {}, list: {} },
    ...{ contacts: {}, carousel: {}, reaction: {}, template: {} },
  },
  acceptedMeansSent: false,
  carriesReply: true,
  carriesReadMark: true,
  receipts: RECEIPT_STATUSES,
  echoesReference: true,
  serviceWindowHours: 'permanent',
};

/** The provider that comes with Parley: a simulated carrier with fixed stories, spoken to over real HTTP. */
export function createSandboxAdapter(deps: SandboxAdapterDeps): ProviderAdapter<SandboxSettings> {
  const call = createHttpCaller();
  const baseUrlOf = ({ apiBaseUrl }: SandboxSettings) => apiBaseUrl ?? deps.defaultBaseUrl();
  return {
    kind: 'SANDBOX',
    platforms: ['WHATSAPP'],
    capabilitiesOf: () => CAPABILITIES,
    parseSettings: (input, before) => parseSandboxSettings(input, deps.newSecret, before),
    normalizeAddress: (_platform, address) => normalizePhoneNumber(address),
    partsOf,
    rateOf: sandboxRateOf,
    request: (part) => callOf(baseUrlOf(part.settings) ?? NOWHERE, part),
    async send(request) {
      const baseUrl = baseUrlOf(request.settings);
      if (baseUrl === undefined)
        return { kind: 'rejected', failure: { code: 'PROVIDER_UNAVAILABLE', isRetryable: true } };
      const end = await call({ ...callOf(baseUrl, request), signal: request.signal });
      return end.kind === 'answered' ? outcomeOf(end) : end;
    },
    async lookUp(request) {
      const baseUrl = baseUrlOf(request.settings);
      return baseUrl === undefined ? { kind: 'unknown' } : lookUpCall(baseUrl, request, call);
    },
    async showTyping(request) {
      const baseUrl = baseUrlOf(request.settings);
      if (baseUrl !== undefined) await showTyping(baseUrl, request, call);
    },
    async markRead(request) {
      const baseUrl = baseUrlOf(request.settings);
      if (baseUrl !== undefined) await markRead(baseUrl, request, call);
    },
    verify({ headers, body }, settings, now) {
      const signed = { timestamp: headers[TIMESTAMP_HEADER], signature: headers[SIGNATURE_HEADER], body };
      return isSigned(signed, settings.token, now) ? 'authentic' : 'forged';
    },
    interpret: ({ body }) => interpretSandboxWebhook(body),
    mayBeTyping: ({ body }) => mayBeTyping(body),
  };
}

/** E.164, with the marks that people write between digits taken out. */
function normalizePhoneNumber(address: string): string | undefined {
  if (address.length > 64) return undefined;
  const digits = address.replaceAll(/[\s().-]/g, '');
  return /^\+[1-9]\d{6,14}$/.test(digits) ? digits : undefined;
}
