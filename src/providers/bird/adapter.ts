import { createHttpCaller } from '../http-call.js';
import type { ProviderAdapter } from '../provider.js';
import { sendBy } from '../send-by.js';
import { parseSettingsBy } from '../settings.js';
import { registerWebhook, verifyCredentials } from './account.js';
import { normalizeAddress } from './address.js';
import { outcomeOf } from './answer.js';
import { capabilitiesOf } from './capabilities.js';
import { filePlaceOf } from './file.js';
import { interpret } from './interpret.js';
import { refuse } from './refuse.js';
import { callOf } from './request.js';
import { accountOf, birdSettings, type BirdSettings } from './settings.js';
import { verify } from './verify.js';
import { askWindow } from './window.js';

/** POSTs a second, over all channels of a workspace. */
const RATE = { perSecond: 500, burst: 250 } as const;

/** A 202 repeats the message that it takes, and Bird takes 200 KB. */
const ANSWER_BYTES_MAX = 262_144;

/** Bird's Channels API: one channel is one of Bird's, on WhatsApp or SMS. */
export function createBirdAdapter(): ProviderAdapter<BirdSettings> {
  const call = createHttpCaller({ answerBytesMax: ANSWER_BYTES_MAX });
  return {
    kind: 'BIRD',
    platforms: ['WHATSAPP', 'SMS'],
    capabilitiesOf,
    parseSettings: (given, before) => parseSettingsBy(birdSettings, given, before),
    accountOf,
    normalizeAddress,
    refuse,
    // Of several files, or of files with buttons, Bird itself makes several messages, under one id.
    partsOf: () => 1,
    rateOf: () => RATE,
    ...sendBy(call, callOf, outcomeOf),
    verifyCredentials: (request) => verifyCredentials(call, request),
    registerWebhook: (request) => registerWebhook(call, request),
    askWindow: (request) => askWindow(call, request),
    async fetchMedia({ settings, mediaId, open }) {
      const place = filePlaceOf(settings, mediaId);
      return place === undefined ? { kind: 'gone' } : open(place);
    },
    verify,
    interpret: ({ body }, settings) => interpret(body, settings),
  };
}
