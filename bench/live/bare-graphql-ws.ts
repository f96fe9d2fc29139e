import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildSchema } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import type { BareServer } from '../http/bare-apollo.js';

/** What the document can ask of ours, and no more. */
const SCHEMA = buildSchema(`
  type TextContent { text: String! }
  type Message {
    id: ID!, direction: String!, author: String!, status: String!, createdAt: String!, content: TextContent!
  }
  type Conversation { id: ID!, status: String!, unreadCount: Int!, lastActivityAt: String! }
  type StatusChange { status: String!, occurredAt: String! }
  type InboxUpdated {
    cursor: String!, kind: String!, conversation: Conversation!, message: Message, change: StatusChange
  }
  type Query { viewer: ID }
  type Subscription { inboxUpdated: InboxUpdated! }
`);

interface Payload {
  readonly inboxUpdated: object;
}

/** graphql-ws as its page shows it: each subscriber has an iterator of its own, and each event is executed for each. */
export async function startBareGraphqlWs(): Promise<BareServer> {
  const listeners = new Set<(payload: Payload) => void>();
  const http = createServer((request, response) => {
    if (request.url === '/publish') publishTo(listeners);
    response.end();
  });
  const sockets = new WebSocketServer({ server: http, path: '/graphql' });
  const served = useServer(
    { schema: SCHEMA, roots: { subscription: { inboxUpdated: () => subscribeTo(listeners) } } },
    sockets,
  );
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    async stop() {
      await served.dispose();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

function publishTo(listeners: ReadonlySet<(payload: Payload) => void>): void {
  const now = new Date().toISOString();
  const id = randomUUID();
  const content = { text: 'x'.repeat(80) };
  const message = { id, direction: 'OUTGOING', author: 'AGENT', status: 'ACCEPTED', createdAt: now, content };
  const conversation = { id, status: 'OPEN', unreadCount: 0, lastActivityAt: now };
  const change = { status: 'ACCEPTED', occurredAt: now };
  const inboxUpdated = { cursor: 'c'.repeat(80), kind: 'MESSAGE_ADDED', conversation, message, change };
  for (const give of listeners) give({ inboxUpdated });
}

/** The queue of one subscriber. */
function subscribeTo(listeners: Set<(payload: Payload) => void>): AsyncIterableIterator<Payload> {
  const waiting: Payload[] = [];
  let wake: ((result: IteratorResult<Payload>) => void) | undefined;
  const give = (payload: Payload) => {
    if (wake === undefined) waiting.push(payload);
    else wake({ done: false, value: payload });
    wake = undefined;
  };
  listeners.add(give);
  const iterator: AsyncIterableIterator<Payload> = {
    next() {
      const value = waiting.shift();
      if (value !== undefined) return Promise.resolve({ done: false, value });
      return new Promise((resolve) => (wake = resolve));
    },
    return() {
      listeners.delete(give);
      wake?.({ done: true, value: undefined });
      return Promise.resolve({ done: true, value: undefined });
    },
    [Symbol.asyncIterator]: () => iterator,
  };
  return iterator;
}
