import { z } from 'zod';
import { urlOf, type HttpAnswer, type HttpCaller } from '../http-call.js';
import type { FilePlace, MediaAnswer, MediaRequest } from '../media.js';
import { placeBelow } from '../place-below.js';
import { outcomeOf } from './answer.js';
import { accessOf, type CbotSettings } from './settings.js';

/** Of both flavours: a UUID, or a number. Anything else could lead to another path. */
const MEDIA_ID = /^[\w=-]{1,255}$/;

/** On premises a file lies under its id; in the cloud CBOT is asked first where it lies. */
export async function fetchMedia(
  call: HttpCaller,
  { settings, mediaId, signal, open }: MediaRequest<CbotSettings>,
): Promise<MediaAnswer> {
  if (!MEDIA_ID.test(mediaId)) return { kind: 'gone' };
  const { baseUrl, headers } = accessOf(settings);
  if (settings.flavour === 'ON_PREMISES')
    return open({ url: urlOf({ baseUrl, path: `/v1/media/${mediaId}` }), baseUrl, credentials: headers });
  const end = await call({ baseUrl, headers, method: 'GET', path: `/${mediaId}`, signal });
  const answer = end.kind === 'answered' ? fileAnswerOf(end) : end;
  return answer.kind === 'lies' ? open(placeOf(settings, answer.url)) : answer;
}

/** Meta's own file servers know the partner's token, and not our key: the partner gives on what lies there. */
const META_HOSTS = /(^|\.)(fbsbx\.com|facebook\.com|whatsapp\.net)$/;

function placeOf(settings: CbotSettings, told: string): FilePlace {
  const { baseUrl, headers: credentials } = accessOf(settings);
  const url = META_HOSTS.test(new URL(told).hostname) ? placeBelow(baseUrl, told) : told;
  return { url, baseUrl, credentials };
}

const file = z.object({ url: z.url({ protocol: /^https?$/ }) });

/** Where a file lies; or what came of asking. */
function fileAnswerOf(answer: HttpAnswer): MediaAnswer | { readonly kind: 'lies'; readonly url: string } {
  const found = answer.status === 200 ? file.safeParse(answer.json).data : undefined;
  if (found !== undefined) return { kind: 'lies', url: found.url };
  const outcome = outcomeOf(answer);
  switch (outcome.kind) {
    case 'rejected':
      return { kind: outcome.failure.code === 'CREDENTIALS_INVALID' ? 'refused' : 'gone' };
    case 'throttled':
      return { kind: 'throttled', retryAfterMs: outcome.retryAfterMs };
    case 'unavailable':
      return outcome;
    default:
      return { kind: answer.status >= 500 ? 'unavailable' : 'unknown' };
  }
}
