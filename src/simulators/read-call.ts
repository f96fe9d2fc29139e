import type { IncomingMessage } from 'node:http';
import { parseJson } from '../providers/parse-json.js';

/** A request as it came in, read whole. */
export interface ReceivedCall {
  readonly method: string;
  /** Without its query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Undefined where the body is no JSON. */
  readonly json: unknown;
}

const BODY_BYTES_MAX = 2 * 1024 * 1024;

/** @throws when the line breaks off, or the body is over 2 MiB */
export async function readCall(request: IncomingMessage): Promise<ReceivedCall> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes > BODY_BYTES_MAX) throw new Error('The body is too long.');
    chunks.push(chunk as Buffer);
  }
  const body = Buffer.concat(chunks).toString('utf8');
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://simulator.invalid');
  const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)]);
  return {
    ...{ method: request.method ?? '', path: pathname, query: searchParams, body },
    headers: Object.fromEntries(headers) as Record<string, string>,
    json: parseJson(body),
  };
}
