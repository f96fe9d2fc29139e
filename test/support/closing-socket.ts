import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

export interface ClosingSocket {
  /** The code that the socket was closed with; resolves when it is. */
  readonly closed: Promise<number>;
  readonly items: unknown[];
  /** Resolves when the server has taken the credential; rejects where it doesn't. */
  readonly connected: Promise<void>;
  stop(): Promise<void>;
}

/** A subscription over a socket of its own, whose end a test waits for. */
export function openSocket(
  url: string,
  connectionParams: Readonly<Record<string, string>>,
  query: string,
): ClosingSocket {
  const items: unknown[] = [];
  let tellClosed: (code: number) => void = () => undefined;
  let tellConnected: () => void = () => undefined;
  const closed = new Promise<number>((resolve) => (tellClosed = resolve));
  const connected = new Promise<void>((resolve) => (tellConnected = resolve));
  const client = createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams,
    retryAttempts: 0,
    on: {
      connected: () => tellConnected(),
      closed: (event) => tellClosed((event as { code: number }).code),
    },
  });
  client.subscribe({ query }, { next: (item) => items.push(item), error: () => undefined, complete: () => undefined });
  return { closed, items, connected, stop: async () => client.dispose() };
}
