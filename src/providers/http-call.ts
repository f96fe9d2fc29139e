import type { IncomingHttpHeaders } from 'node:http';
import { Agent, request } from 'undici';
import { wasNeverSent } from './never-sent.js';
import { parseJson } from './parse-json.js';

/** One request to a provider, whole but for its deadline: what a preview shows. */
export interface ProviderCall {
  /** Without a slash at its end is as good as with one. */
  readonly baseUrl: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below `baseUrl`, with its query; begins with a slash. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as `application/json`. */
  readonly json?: unknown;
  /** What of the path and the body nobody may see. Of the headers, nobody may see any. */
  readonly secrets?: readonly string[];
}

/** One request to a provider. */
export interface HttpCall extends ProviderCall {
  readonly signal: AbortSignal;
}

export interface HttpAnswer {
  readonly kind: 'answered';
  readonly status: number;
  /** Names in lower case. */
  readonly headers: IncomingHttpHeaders;
  /** Empty where it was cut off or too long: the status alone is enough for many answers. */
  readonly text: string;
  /** Undefined where `text` is no JSON. */
  readonly json: unknown;
}

/** Where it goes. */
export const urlOf = ({ baseUrl, path }: Pick<ProviderCall, 'baseUrl' | 'path'>): string =>
  `${baseUrl.replace(/\/+$/, '')}${path}`;

/** What it says beside its body. */
export const headersOf = ({ headers = {}, json }: Pick<ProviderCall, 'headers' | 'json'>) =>
  json === undefined ? headers : { ...headers, ...JSON_TYPE };

const JSON_TYPE = { 'content-type': 'application/json' } as const;

/** An answer; or what no answer means (rule 19), which is an `Outcome` by itself. */
export type HttpEnd = HttpAnswer | { readonly kind: 'unavailable' } | { readonly kind: 'unknown' };

/** Makes one call; no redirect is followed, nothing is tried again, the answer is bounded. Never throws. */
export type HttpCaller = (call: HttpCall) => Promise<HttpEnd>;

const ANSWER_BYTES_MAX = 65_536;
const CONNECT_MS_MAX = 10_000;

/**
 * One for each adapter. Idle sockets don't hold the process, so there is nothing to close.
 * @param options.answerBytesMax where a provider repeats in its answer what it was sent
 */
export function createHttpCaller({ answerBytesMax = ANSWER_BYTES_MAX } = {}): HttpCaller {
  const dispatcher = new Agent({ maxResponseSize: answerBytesMax, connectTimeout: CONNECT_MS_MAX });
  return async (asked) => {
    const { method, json, signal } = asked;
    try {
      const answer = await request(urlOf(asked), {
        ...{ method, signal, dispatcher, headers: headersOf(asked) },
        ...(json === undefined ? {} : { body: JSON.stringify(json) }),
      });
      const text = await answer.body.text().catch(() => '');
      const { statusCode: status } = answer;
      return { kind: 'answered', status, headers: answer.headers, text, json: parseJson(text) };
    } catch (error) {
      return wasNeverSent(error) ? { kind: 'unavailable' } : { kind: 'unknown' };
    }
  };
}
