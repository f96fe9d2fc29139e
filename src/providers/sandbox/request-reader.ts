import type { IncomingMessage } from 'node:http';
import type { WebhookTarget } from './webhook-poster.js';
import { readBody, sendBody, typingBody, type ErrorAnswer, type SendBody } from './wire.js';

const BODY_BYTES_MAX = 1024 * 1024;
const REFERENCE_CHARACTERS_MAX = 255;

export type ReadRequest =
  | { readonly kind: 'send'; readonly send: SendBody; readonly target: WebhookTarget }
  | { readonly kind: 'signal' }
  | { readonly kind: 'look up'; readonly token: string; readonly reference: string }
  | { readonly kind: 'refusal'; readonly status: number; readonly error: ErrorAnswer['error'] };

/** Reads the whole request, and judges it as a real provider's door would. @throws when the line breaks off */
export async function readRequest(request: IncomingMessage): Promise<ReadRequest> {
  const body = await readBytes(request);
  const [path, query] = (request.url ?? '').split('?', 2);
  const isKnown = request.method === 'POST' || request.method === 'GET';
  const signal = request.method === 'POST' ? SIGNALS.get(path ?? '') : undefined;
  if ((path !== '/messages' || !isKnown) && signal === undefined)
    return refusal(404, 'not_found', 'POST /messages, GET /messages?reference=…, POST /typing, or POST /read.');
  const token = /^Bearer ([\x21-\x7e]{16,512})$/.exec(request.headers.authorization ?? '')?.[1];
  if (token === undefined) return refusal(401, 'token_invalid', 'A bearer token of at least 16 characters is needed.');
  if (request.method === 'GET') return readLookUp(token, new URLSearchParams(query));
  if (body === undefined) return refusal(413, 'content_rejected', 'The body is over 1 MiB.');
  // Also what keeps web pages out: a browser asks before it sends JSON to another origin, and is never answered yes.
  if (!/^application\/json\b/.test(request.headers['content-type'] ?? '')) {
    return refusal(415, 'content_rejected', 'The body must be application/json.');
  }
  if (signal !== undefined) return readSignal(signal, body);
  const send = sendBody.safeParse(parseJson(body));
  if (!send.success) return refusal(400, 'content_rejected', 'The body is no send request.');
  return { kind: 'send', send: send.data, target: { callbackUrl: send.data.callbackUrl, token } };
}

/** What is only shown to a contact: nothing is kept of it. */
const SIGNALS: ReadonlyMap<string, typeof typingBody | typeof readBody> = new Map([
  ['/typing', typingBody],
  ['/read', readBody],
]);

const readSignal = (form: typeof typingBody | typeof readBody, body: Buffer): ReadRequest =>
  form.safeParse(parseJson(body)).success
    ? { kind: 'signal' }
    : refusal(400, 'content_rejected', 'The body is not what is asked for at this address.');

function readLookUp(token: string, given: URLSearchParams): ReadRequest {
  const reference = given.get('reference') ?? '';
  if (reference === '' || reference.length > REFERENCE_CHARACTERS_MAX) {
    return refusal(400, 'reference_invalid', 'A reference of 1 to 255 characters is needed: ?reference=….');
  }
  return { kind: 'look up', token, reference };
}

const refusal = (status: number, code: string, message: string): ReadRequest => ({
  kind: 'refusal',
  status,
  error: { code, message },
});

/** Undefined: over the bound. It is read to its end all the same, so that the answer finds a listener. */
async function readBytes(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes <= BODY_BYTES_MAX) chunks.push(chunk as Buffer);
  }
  return bytes <= BODY_BYTES_MAX ? Buffer.concat(chunks) : undefined;
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}
