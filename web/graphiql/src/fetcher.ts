import type { Fetcher, FetcherOpts, FetcherParams } from '@graphiql/toolkit';
import { getOperationAST, OperationTypeNode, type ExecutionResult } from 'graphql';
import { createClient } from 'graphql-ws';

type Headers = Readonly<Record<string, string>>;

/**
 * Queries and mutations by POST, subscriptions by WebSocket; the headers of the tab authorize both. Where there are none,
 * as when GraphiQL asks for the schema before its editors exist, the key of the page does.
 */
export function createFetcher(endpoint: string, apiKey: string | undefined): Fetcher {
  const ofThePage = apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
  return (params, options) => {
    const operation = options?.documentAST && getOperationAST(options.documentAST, params.operationName);
    const isSubscription = operation?.operation === OperationTypeNode.SUBSCRIPTION;
    const headers = lowerCased(options?.headers ?? ofThePage);
    return isSubscription ? subscribe(endpoint, params, headers) : post(endpoint, params, headers);
  };
}

/** @param headers of the tab, names in lower case */
export async function post(endpoint: string, params: FetcherParams, headers: Headers): Promise<ExecutionResult> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { accept: 'application/json', ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(params),
  });
  return (await response.json()) as ExecutionResult;
}

/** One socket per running subscription: it takes the key that its tab has now. It ends when GraphiQL stops reading. */
function subscribe(endpoint: string, params: FetcherParams, headers: Headers): AsyncIterable<ExecutionResult> {
  const url = new URL(endpoint, location.href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  const { authorization, 'x-api-key': apiKey, 'x-parley-after': parleyAfter } = headers;
  const client = createClient({
    url: url.href,
    connectionParams: { ...(authorization && { authorization }), ...(apiKey && { apiKey }) },
  });
  const extensions = parleyAfter === undefined ? {} : { extensions: { parleyAfter } };
  const results = client.iterate({ ...params, operationName: params.operationName ?? null, ...extensions });
  // GraphiQL prints errors as they came; that they are no GraphQLError instances makes no difference to it.
  return results as AsyncIterable<ExecutionResult>;
}

const lowerCased = (headers: NonNullable<FetcherOpts['headers']>): Headers =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]));
