import { Agent, request, type Dispatcher } from 'undici';
import { refusePublicUrl, type UrlRules } from '../events/kernel/public-url.js';
import type { Running } from '../lifecycle.js';
import { AddressRefusedError, createGuardedAgent } from '../outbound/guarded-agent.js';
import type { FilePlace, MediaAnswer } from '../providers/media.js';
import { wasNeverSent } from '../providers/never-sent.js';
import { retryAfterOf } from '../providers/retry-after.js';
import { formatRange, parseContentRange, type ByteRange } from './byte-range.js';

/** Above the largest file that a platform lets somebody send: 100 MB, a document on WhatsApp. */
export const FILE_BYTES_MAX = 104_857_600;
const REDIRECTS_MAX = 3;
const CONNECT_MS_MAX = 10_000;
const HEADERS_MS_MAX = 15_000;
/** Between two pieces of a body that somebody reads. */
const BODY_SILENCE_MS_MAX = 30_000;

export interface FileWish {
  /** Undefined: all of it. */
  readonly range: ByteRange | undefined;
  readonly signal: AbortSignal;
}

export interface FileOpener extends Running {
  open(place: FilePlace, wish: FileWish): Promise<MediaAnswer>;
}

/**
 * Opens files of providers, and gives their bodies as they come in. A redirect is followed by judging where it leads as if
 * it had been asked for: who was led away from the channel's own API isn't led back to it.
 */
export function createFileOpener(rules: UrlRules): FileOpener {
  const timeouts = { headersTimeout: HEADERS_MS_MAX, bodyTimeout: BODY_SILENCE_MS_MAX, connectTimeout: CONNECT_MS_MAX };
  const own = new Agent(timeouts);
  const guarded = createGuardedAgent({ ...rules, ...timeouts });
  const step = async (place: FilePlace, at: Step, wish: FileWish): Promise<MediaAnswer | Step> => {
    if (!at.isOwn && refusePublicUrl(at.url, rules) !== undefined) return { kind: 'refused' };
    const answer = await request(at.url, {
      ...{ method: 'GET', dispatcher: at.isOwn ? own : guarded, signal: wish.signal },
      headers: {
        'accept-encoding': 'identity',
        ...(wish.range && { range: formatRange(wish.range) }),
        ...(mayKnow(place, at) && place.credentials),
      },
    });
    const next = redirectOf(answer, at, place);
    if (next === undefined) return answerOf(answer, wish.range);
    drop(answer);
    return next;
  };
  return {
    async open(place, wish) {
      try {
        let at = stepTo(place.url, true, place);
        for (let redirects = 0; at !== undefined && redirects <= REDIRECTS_MAX; redirects += 1) {
          const end = await step(place, at, wish);
          if ('kind' in end) return end;
          at = end;
        }
        return { kind: 'unknown' };
      } catch (error) {
        if (error instanceof AddressRefusedError) return { kind: 'refused' };
        return { kind: wasNeverSent(error) ? 'unavailable' : 'unknown' };
      }
    },
    stop: async () => void (await Promise.all([own.destroy(), guarded.destroy()])),
  };
}

/** One request on the way to a file. */
interface Step {
  readonly url: string;
  /** To the channel's own API, and never led away from it. */
  readonly isOwn: boolean;
}

function stepTo(url: string, mayBeOwn: boolean, { baseUrl }: FilePlace): Step | undefined {
  if (!URL.canParse(url)) return undefined;
  return { url, isOwn: mayBeOwn && URL.canParse(baseUrl) && new URL(url).origin === new URL(baseUrl).origin };
}

function mayKnow({ credentialHosts = [] }: FilePlace, { url, isOwn }: Step): boolean {
  if (isOwn) return true;
  const { protocol, hostname, port } = new URL(url);
  const isNamed = credentialHosts.some((host) => (host.startsWith('.') ? hostname.endsWith(host) : hostname === host));
  return protocol === 'https:' && port === '' && isNamed;
}

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

function redirectOf({ statusCode, headers }: Dispatcher.ResponseData, { url, isOwn }: Step, place: FilePlace) {
  const { location } = headers;
  if (!REDIRECTS.has(statusCode) || typeof location !== 'string' || !URL.canParse(location, url)) return undefined;
  return stepTo(new URL(location, url).href, isOwn, place);
}

/** Nobody reads it: its connection is given up, for what is left of it may be long. */
function drop({ body }: Dispatcher.ResponseData): void {
  body.on('error', () => undefined);
  body.destroy();
}

function answerOf(answer: Dispatcher.ResponseData, range: ByteRange | undefined): MediaAnswer {
  const opened = openedOf(answer, range);
  if (opened.kind !== 'opened') drop(answer);
  else if ((opened.size ?? opened.length ?? 0) > FILE_BYTES_MAX) {
    drop(answer);
    return { kind: 'too_large' };
  }
  return opened;
}

function openedOf({ statusCode, headers, body }: Dispatcher.ResponseData, range: ByteRange | undefined): MediaAnswer {
  if (statusCode === 200 || statusCode === 206) {
    if (!['identity', undefined].includes(headers['content-encoding']?.toString())) return { kind: 'unknown' };
    const length = lengthOf(headers['content-length']);
    if (statusCode === 200) return { kind: 'opened', body, from: 0, length, size: length };
    const part = parseContentRange(headers['content-range']);
    // Other bytes than those that were asked for would be taken for these.
    if (part === undefined || range === undefined || ('from' in range && range.from !== part.from))
      return { kind: 'unknown' };
    return { kind: 'opened', body, from: part.from, length: part.to - part.from + 1, size: part.size };
  }
  if (statusCode === 416)
    return { kind: 'unsatisfiable', size: lengthOf(/^bytes \*\/(\d+)$/.exec(String(headers['content-range']))?.[1]) };
  if (statusCode === 404 || statusCode === 410) return { kind: 'gone' };
  if (statusCode === 401 || statusCode === 403) return { kind: 'refused' };
  if (statusCode === 429) return { kind: 'throttled', retryAfterMs: retryAfterOf(headers, new Date()) };
  return { kind: statusCode === 502 || statusCode === 503 || statusCode === 504 ? 'unavailable' : 'unknown' };
}

const lengthOf = (text: unknown): number | undefined =>
  typeof text === 'string' && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
