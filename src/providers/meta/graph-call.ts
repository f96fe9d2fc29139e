import type { HttpCall, ProviderCall } from '../http-call.js';
import type { GraphAccount } from './settings.js';

/** One call of the Graph API, without who makes it: what a preview may show. */
export interface GraphRequest {
  readonly method: HttpCall['method'];
  /** Below the version, with its query; begins with a slash. */
  readonly path: string;
  readonly body?: Readonly<Record<string, unknown>>;
}

export const GRAPH_BASE_URL = 'https://graph.facebook.com';
const GRAPH_VERSION = 'v25.0';

/** The call with its host, its version and its credentials. The token stands in a header: queries get into logs. */
export function graphCall(account: GraphAccount, request: GraphRequest, signal: AbortSignal, host?: string): HttpCall {
  return { ...placedCall(account, request, host), signal };
}

/** The same, but for its deadline. */
export function placedCall(
  { accessToken, apiVersion = GRAPH_VERSION, apiBaseUrl }: GraphAccount,
  { method, path, body }: GraphRequest,
  host: string = GRAPH_BASE_URL,
): ProviderCall {
  return {
    baseUrl: apiBaseUrl ?? host,
    ...{ method, path: `/${apiVersion}${path}` },
    headers: { authorization: `Bearer ${accessToken}` },
    ...(body === undefined ? {} : { json: body }),
  };
}
