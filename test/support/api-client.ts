import { createClient, type Client } from 'graphql-ws';
import WebSocket from 'ws';

export interface GraphqlAnswer<Data> {
  readonly data?: Data | null;
  readonly errors?: readonly {
    readonly message: string;
    readonly path?: readonly (string | number)[];
    readonly extensions: { readonly code: string; readonly retryAfterMs?: number };
  }[];
}

/** A client as a frontend team would write it: fetch for operations, graphql-ws for subscriptions. */
export interface ApiClient {
  /** The whole answer, errors and all. */
  ask<Data>(
    query: string,
    variables?: Readonly<Record<string, unknown>>,
    headers?: Readonly<Record<string, string>>,
  ): Promise<GraphqlAnswer<Data> & { readonly status: number }>;
  /** The data. @throws when the answer has errors */
  run<Data>(
    query: string,
    variables?: Readonly<Record<string, unknown>>,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Data>;
  /** Items of a subscription from now on, collected until `stop`. */
  watch<Data>(query: string, variables?: Readonly<Record<string, unknown>>): Watch<Data>;
  socket(): Client;
}

export interface Watch<Data> {
  readonly items: Data[];
  readonly errors: unknown[];
  /** Resolves when the socket is connected and the subscription was sent. */
  stop(): Promise<void>;
}

export function apiClient(url: string, apiKey: string): ApiClient {
  const ask: ApiClient['ask'] = async (query, variables, headers) => {
    const answer = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${apiKey}`, ...headers },
      body: JSON.stringify({ query, variables }),
    });
    return { status: answer.status, ...((await answer.json()) as object) };
  };
  const socket = () =>
    createClient({
      url: `${url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${apiKey}` },
      retryAttempts: 0,
      lazy: true,
    });
  return {
    ask,
    async run<Data>(
      query: string,
      variables?: Readonly<Record<string, unknown>>,
      headers?: Readonly<Record<string, string>>,
    ) {
      return dataOf(await ask<Data>(query, variables, headers));
    },
    watch: <Data>(query: string, variables?: Readonly<Record<string, unknown>>) =>
      watch<Data>(socket(), query, variables),
    socket,
  };
}

/** @throws when the answer has errors */
export function dataOf<Data>({ data, errors }: GraphqlAnswer<Data>): Data {
  if (errors !== undefined || data === undefined || data === null)
    throw new Error(`GraphQL: ${JSON.stringify(errors)}`);
  return data;
}

/** One client of several servers: each call goes to the next, and a subscription to another than the call before it. */
export function inTurn(clients: readonly ApiClient[]): ApiClient {
  let turn = 0;
  const next = () => {
    const client = clients[turn++ % clients.length];
    if (client === undefined) throw new Error('There is no server to ask.');
    return client;
  };
  return {
    ask: (...call) => next().ask(...call),
    run: (...call) => next().run(...call),
    watch: (...call) => next().watch(...call),
    socket: () => next().socket(),
  };
}

function watch<Data>(client: Client, query: string, variables?: Readonly<Record<string, unknown>>): Watch<Data> {
  const items: Data[] = [];
  const errors: unknown[] = [];
  const ended = new Promise<void>((resolve) => {
    client.subscribe<Data>(
      { query, variables: { ...variables } },
      {
        next(result) {
          if (result.errors) errors.push(...result.errors);
          if (result.data) items.push(result.data);
        },
        error(error) {
          errors.push(error);
          resolve();
        },
        complete: resolve,
      },
    );
  });
  return {
    items,
    errors,
    async stop() {
      await client.dispose();
      await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 1_000))]);
    },
  };
}
