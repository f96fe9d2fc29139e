import type { IncomingHttpHeaders } from 'node:http';
import { request, type Dispatcher } from 'undici';

/** One request to a carrier. */
export interface CarrierRequest {
  readonly baseUrl: string;
  readonly method: 'GET' | 'POST';
  /** Below `baseUrl`, with its query. */
  readonly path: string;
  readonly token: string;
  readonly json?: unknown;
  readonly signal: AbortSignal;
}

export interface CarrierResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Undefined where the body is no JSON, was cut off or too long. */
  readonly json: unknown;
}

/** No redirect, no retry. The status alone is enough for many answers: a body that can't be read spoils none of them. @throws what undici throws */
export async function exchange(asked: CarrierRequest, dispatcher: Dispatcher): Promise<CarrierResponse> {
  const { method, token, json, signal } = asked;
  const headers = { authorization: `Bearer ${token}` };
  const answer = await request(`${asked.baseUrl.replace(/\/+$/, '')}${asked.path}`, {
    ...{ method, signal, dispatcher },
    ...(json === undefined
      ? { headers }
      : { headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(json) }),
  });
  const text = await answer.body.text().catch(() => '');
  return { status: answer.statusCode, headers: answer.headers, json: parseJson(text) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
