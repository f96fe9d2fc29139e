import { z } from 'zod';
import type { HttpAnswer } from '../http-call.js';
import { GRAPH_BASE_URL, type GraphRequest } from '../meta/graph-call.js';
import { graphOutcomeOf } from '../meta/answer.js';
import { placeBelow } from '../place-below.js';
import type { FilePlace, MediaAnswer } from '../provider.js';
import { MEANINGS } from './failures.js';
import type { WhatsAppSettings } from './settings.js';

/** Asks where a file lies; undefined: it is no id of one. */
export function locationOf(mediaId: string, { phoneNumberId }: WhatsAppSettings): GraphRequest | undefined {
  if (!/^[\w-]{1,255}$/.test(mediaId)) return undefined;
  return { method: 'GET', path: `/${mediaId}?phone_number_id=${phoneNumberId}` };
}

const located = z.object({ url: z.url({ protocol: /^https?$/ }) });

/** Where Meta keeps files; it wants to be shown the token there too. */
const HOSTS = ['.fbsbx.com', '.facebook.com'] as const;

/** Where a file lies, for some minutes; or what came of asking. */
export function fileAnswerOf(
  answer: HttpAnswer,
  settings: WhatsAppSettings,
): MediaAnswer | { readonly kind: 'lies'; readonly place: FilePlace } {
  const found = answer.status === 200 ? located.safeParse(answer.json).data : undefined;
  if (found === undefined) return withoutPlace(answer);
  return { kind: 'lies', place: placeOf(found.url, settings) };
}

/** An override is one for files too, whatever host Meta names: who set it may reach, or show the token to, no other. */
function placeOf(told: string, { apiBaseUrl, accessToken }: WhatsAppSettings): FilePlace {
  const credentials = { authorization: `Bearer ${accessToken}` };
  return apiBaseUrl === undefined
    ? { url: told, baseUrl: GRAPH_BASE_URL, credentials, credentialHosts: HOSTS }
    : { url: placeBelow(apiBaseUrl, told), baseUrl: apiBaseUrl, credentials };
}

/** Of an id that isn't there, or no longer, Meta speaks as of a bad parameter. */
function withoutPlace(answer: HttpAnswer): MediaAnswer {
  const outcome = graphOutcomeOf(answer, MEANINGS, () => undefined);
  if (outcome.kind === 'throttled') return { kind: 'throttled', retryAfterMs: outcome.retryAfterMs };
  if (outcome.kind !== 'rejected') return { kind: answer.status >= 500 ? 'unavailable' : 'unknown' };
  const { code } = outcome.failure;
  return { kind: code === 'CONTENT_REJECTED' || code === 'MEDIA_FAILED' || answer.status === 404 ? 'gone' : 'refused' };
}
