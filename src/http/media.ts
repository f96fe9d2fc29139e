import type { Readable } from 'node:stream';
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../events/kernel/clock.js';
import { parseRange, type ByteRange } from '../media/byte-range.js';
import type { MediaAddresses, MediaPlace } from '../media/media-addresses.js';
import type { FoundMedia, MediaFailure, MediaLibrary, OpenMedia } from '../media/media-library.js';
import type { Places } from '../places.js';
import { providerSlug } from '../providers/registry.js';
import type { MediaOutcome, Meter } from '../telemetry/meter.js';
import { dispositionOf } from './disposition.js';

/** What the route needs of the rest of the system. */
export interface MediaDesk {
  readonly addresses: Pick<MediaAddresses, 'read'>;
  readonly library: MediaLibrary;
  readonly places: Pick<Places, 'take'>;
}

export interface MediaRoutesDeps {
  /** @throws while the process still waits for what it needs */
  readonly desk: () => MediaDesk;
  readonly clock: Clock;
  readonly meter: Pick<Meter, 'mediaAnswered'>;
}

const RETRY_AFTER_SECONDS = 1;

/** What is said instead of a file. */
const REFUSALS = {
  altered: { status: 403, message: 'The address is not one that was given out. Ask for `Media.url`.' },
  expired: { status: 403, message: 'The address has expired. Ask for `Media.url` again.' },
  not_found: { status: 404, message: 'There is no such file.' },
  gone: { status: 404, message: 'The provider does not have the file, or no longer.' },
  unsatisfiable: { status: 416, message: 'The file has no such bytes.' },
  refused: { status: 502, message: 'The provider does not give the file to this channel.' },
  too_large: { status: 502, message: 'The file is larger than what is passed on.' },
  unknown: { status: 502, message: 'The provider gave no file that could be read.' },
  throttled: { status: 503, message: 'The provider gives no more files at the moment. Try again.' },
  unavailable: { status: 503, message: 'It can not be fetched at the moment. Try again.' },
  busy: { status: 503, message: 'Too many files are being fetched. Try again.' },
} as const satisfies Partial<Record<MediaOutcome, { readonly status: number; readonly message: string }>>;
type Refusal = keyof typeof REFUSALS;

type MediaRequest = FastifyRequest<{ Params: { readonly id: string } }>;

interface Answer {
  readonly outcome: MediaOutcome;
  /** Absent: it isn't known whose the file is. */
  readonly provider?: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string | number | undefined>>;
  readonly body?: Readable | { readonly error: string };
}

/**
 * `GET /media/{id}`: an incoming file, for whoever has its signed address. It comes from the provider as it is read, and is
 * never what a browser would run: its type is what its bytes say.
 */
export function mediaRoutes(deps: MediaRoutesDeps): FastifyPluginAsync {
  return async (app) => {
    // A body that ends before its first byte was sent.
    app.setErrorHandler((_error, _request, reply) => send(reply, refusal('unknown')));
    app.route<{ Params: { readonly id: string } }>({
      ...{ method: ['GET', 'HEAD'], url: '/media/:id' },
      async handler(request, reply) {
        const left = new AbortController();
        // Whoever goes away takes the provider's call with him, and whoever has it all gives his place back.
        reply.raw.once('close', () => left.abort());
        const answer = await answerTo(deps, request, left.signal);
        deps.meter.mediaAnswered(answer.provider ?? 'other', answer.outcome);
        return send(reply, answer);
      },
    });
  };
}

function send(reply: FastifyReply, { status, headers, body }: Answer): FastifyReply {
  for (const [name, value] of Object.entries(headers)) if (value !== undefined) void reply.header(name, value);
  return reply.code(status).send(body);
}

async function answerTo(deps: MediaRoutesDeps, request: MediaRequest, left: AbortSignal): Promise<Answer> {
  try {
    const { addresses, places, library } = deps.desk();
    const place = addresses.read(request.params.id, new URL(request.originalUrl, 'http://media.invalid').searchParams);
    if (typeof place === 'string') return refusal(place);
    const leave = left.aborted ? undefined : places.take(place.workspaceId);
    if (leave === undefined) return refusal('busy');
    left.addEventListener('abort', leave, { once: true });
    const found = await library.find(place);
    if (found === undefined) return refusal('not_found');
    const answer = await answerOf({ library, found, request, left }, headersOf(place, deps.clock.now()));
    return { ...answer, provider: providerSlug(found.channel.provider) };
  } catch {
    // Postgres is away, or all of it isn't up yet: adapters and bodies say by themselves what is wrong.
    return refusal('unavailable');
  }
}

interface Visit {
  readonly library: MediaLibrary;
  readonly found: FoundMedia;
  readonly request: MediaRequest;
  readonly left: AbortSignal;
}

async function answerOf({ library, found, request, left }: Visit, headers: FileHeaders): Promise<Answer> {
  if (request.headers['if-none-match']?.includes(headers.etag) === true)
    return { outcome: 'not_modified', status: 304, headers };
  if (request.method === 'HEAD') {
    const seen = await library.see(found, left);
    if (seen.kind !== 'seen') return refusal(seen.kind, seen);
    return served(200, { ...headers, ...typeHeaders(found, seen), 'content-length': seen.size });
  }
  const opened = await library.open(found, rangeOf(request, headers.etag), left);
  if (opened.kind !== 'open') return refusal(opened.kind, opened);
  const { part, length, body } = opened;
  const place = part && { 'content-range': `bytes ${part.from}-${part.to}/${part.size ?? '*'}` };
  const all = { ...headers, ...typeHeaders(found, opened), 'content-length': length, ...place };
  return { ...served(part === undefined ? 200 : 206, all), body };
}

/** `If-Range`: the part is only of use to who has the rest of the same file. */
function rangeOf({ headers }: MediaRequest, etag: string): ByteRange | undefined {
  const condition = headers['if-range'];
  return condition === undefined || condition === etag ? parseRange(headers.range) : undefined;
}

const served = (status: number, headers: Answer['headers']): Answer => ({ outcome: 'served', status, headers });

function refusal(outcome: Refusal, failure?: MediaFailure): Answer {
  const { status, message } = REFUSALS[outcome];
  const size = failure?.kind === 'unsatisfiable' ? failure.size : undefined;
  const headers = {
    ...SAFE,
    'cache-control': 'no-store',
    'retry-after': status === 503 ? retryAfterOf(failure) : undefined,
    'content-range': size === undefined ? undefined : `bytes */${size}`,
  };
  return { outcome, status, headers, body: { error: message } };
}

const retryAfterOf = (failure: MediaFailure | undefined): number =>
  failure?.kind === 'throttled' ? Math.ceil((failure.retryAfterMs ?? 1_000) / 1_000) : RETRY_AFTER_SECONDS;

/** Whatever a contact sent: nothing in it is run, and its address is told to nobody whom it names. */
const SAFE = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; sandbox",
  'referrer-policy': 'no-referrer',
  // Inboxes are pages of other origins; who may see the file is said by its address.
  'cross-origin-resource-policy': 'cross-origin',
} as const;

/** What is said of a file before anything of it is known. */
interface FileHeaders extends Readonly<Record<string, string>> {
  readonly etag: string;
}

/** A file never changes under its id: it may be kept until its address expires. */
function headersOf({ digest, expiresAt }: MediaPlace, now: Date): FileHeaders {
  const seconds = Math.max(0, Math.floor((expiresAt.getTime() - now.getTime()) / 1_000));
  return { ...SAFE, etag: `"${digest}"`, 'accept-ranges': 'bytes', 'cache-control': `private, max-age=${seconds}` };
}

const typeHeaders = ({ media }: FoundMedia, { type }: Pick<OpenMedia, 'type'>) => ({
  'content-type': type.contentType,
  'content-disposition': dispositionOf(type.isShown, media.filename),
});
