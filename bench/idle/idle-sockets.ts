import WebSocket from 'ws';
import type { Side } from '../compared-path.js';
import { ask, type Server } from '../http/ask.js';

/** Clients that connect and then do nothing. */
export interface IdleSocketsSettings extends Server {
  readonly kind: 'idle-sockets';
  readonly sockets: number;
}

/** A key may hold only so many sockets, and ten thousand are nobody's alone. */
const SOCKETS_PER_KEY = 100;
const OPENED_AT_ONCE = 50;
/** A conversation of each one's own would be nothing else: what one looks at is asked once, when it subscribes. */
const SUBSCRIPTION = 'subscription { inboxUpdated { cursor kind conversation { id } message { id status } } }';
const MAKE_KEY = `mutation { createApiKey(input: { name: "bench", scopes: [MESSAGES_READ] }) { secret } }`;

/** Opened: each is connected and recognised. Prepared: each has subscribed to the inbox, in which nothing happens. */
export async function openIdleSockets(settings: IdleSocketsSettings): Promise<Side> {
  const keys: string[] = [];
  while (keys.length * SOCKETS_PER_KEY < settings.sockets) {
    const { createApiKey } = await ask<{ createApiKey: { secret: string | null } }>(settings, MAKE_KEY);
    if (createApiKey.secret === null) throw new Error('A key was refused.');
    keys.push(createApiKey.secret);
  }
  const sockets = await inParts(settings.sockets, (n) => connect(settings.url, keys[n % keys.length] ?? ''));
  return {
    async prepare() {
      await inParts(sockets.length, (n) => subscribe(sockets[n]));
    },
    work: async () => ({ operations: 0, latenciesMs: [] }),
    async close() {
      for (const socket of sockets) socket.terminate();
    },
  };
}

async function inParts<Item>(count: number, make: (n: number) => Promise<Item>): Promise<readonly Item[]> {
  const made: Item[] = [];
  while (made.length < count) {
    const from = made.length;
    const some = Array.from({ length: Math.min(OPENED_AT_ONCE, count - from) }, (_, n) => make(from + n));
    made.push(...(await Promise.all(some)));
  }
  return made;
}

/** Resolves when the server has taken the key. */
function connect(url: string, apiKey: string): Promise<WebSocket> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.once('close', (code) => reject(new Error(`An idle socket was closed with ${code}.`)));
    socket.once('open', () => socket.send(JSON.stringify({ type: 'connection_init', payload: { apiKey } })));
    socket.once('message', () => resolve(socket));
  });
}

/** Resolves when the server has taken the subscription: it answers a ping only after what was sent before it. */
function subscribe(socket: WebSocket | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (socket?.readyState !== WebSocket.OPEN) return reject(new Error('An idle socket was closed.'));
    socket.once('message', (data: Buffer) => {
      if (data.includes('"pong"')) resolve();
      else reject(new Error(`The server said ${data.toString()}`));
    });
    socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: SUBSCRIPTION } }));
    socket.send(JSON.stringify({ type: 'ping' }));
  });
}
