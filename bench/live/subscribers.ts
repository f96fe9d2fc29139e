import { randomUUID } from 'node:crypto';
import WebSocket from 'ws';
import type { ParleyEvent } from '../../src/events/catalog.js';
import type { Place, Side } from '../compared-path.js';
import { ask, type Server } from '../http/ask.js';
import { startParley } from '../http/parley.js';
import { openLog } from '../kafka/open-log.js';
import { channelIds, conversationIds, eventIds, messageIds, toRecord, workspaceIds } from '../product.js';

/** Many who watch the same inbox, and whoever makes something happen in it. */
export interface SubscribersSettings extends Server {
  readonly kind: 'subscribers';
  readonly subscribers: number;
  /** Where events come from: a projector beside these clients folds them. Undefined: `POST /publish` of the server. */
  readonly log: { readonly place: Place; readonly fingerprint: string } | undefined;
}

export const INBOX_UPDATED = `subscription Inbox {
  inboxUpdated {
    cursor kind
    conversation { id status unreadCount lastActivityAt }
    message { id direction author status createdAt content { __typename ... on TextContent { text } } }
    change { status occurredAt }
  }
}`;

/** One event after another, each when all have got the one before it. */
export async function openSubscribers(settings: SubscribersSettings): Promise<Side> {
  const audience = await openAudience(settings);
  const publisher = settings.log === undefined ? publishOverHttp(settings) : await publishToLog(settings, settings.log);
  return {
    async work(milliseconds) {
      const until = performance.now() + milliseconds;
      const latenciesMs: number[] = [];
      while (performance.now() < until) {
        const startedAt = performance.now();
        const all = audience.all();
        await publisher.publish();
        await all;
        latenciesMs.push(performance.now() - startedAt);
      }
      return { operations: latenciesMs.length * settings.subscribers, latenciesMs };
    },
    async close() {
      audience.close();
      await publisher.close();
    },
  };
}

/** By hand, for a client of graphql-ws each would cost more here than what is measured does there. */
async function openAudience({ url, apiKey, subscribers }: SubscribersSettings) {
  let missing = 0;
  let reach: () => void = () => undefined;
  const onNext = () => {
    missing -= 1;
    if (missing === 0) reach();
  };
  const sockets: WebSocket[] = [];
  for (let opened = 0; opened < subscribers; opened += OPENED_AT_ONCE) {
    const some = Array.from({ length: Math.min(OPENED_AT_ONCE, subscribers - opened) }, () =>
      subscribe(url, apiKey, onNext),
    );
    sockets.push(...(await Promise.all(some)));
  }
  return {
    all(): Promise<void> {
      missing = subscribers;
      return new Promise((resolve) => (reach = resolve));
    },
    close: () => sockets.forEach((socket) => socket.terminate()),
  };
}

const OPENED_AT_ONCE = 50;

/** Resolves when the server has taken the subscription: it answers a ping only after what was sent before it. */
function subscribe(url: string, apiKey: string, onNext: () => void): Promise<WebSocket> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  const send = (message: object) => socket.send(JSON.stringify(message));
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('open', () => send({ type: 'connection_init', payload: { authorization: `Bearer ${apiKey}` } }));
    socket.on('message', (data: Buffer) => {
      const start = data.toString('latin1', 0, 40);
      if (start.includes('connection_ack')) {
        send({ id: '1', type: 'subscribe', payload: { query: INBOX_UPDATED } });
        send({ type: 'ping' });
      } else if (start.includes('"pong"')) resolve(socket);
      else if (start.includes('"next"')) onNext();
      else reject(new Error(`The server said ${data.toString()}`));
    });
  });
}

interface Publisher {
  publish(): Promise<void>;
  close(): Promise<void>;
}

const publishOverHttp = ({ url }: Server): Publisher => ({
  async publish() {
    const answer = await fetch(`${url}/publish`, { method: 'POST' });
    await answer.arrayBuffer();
  },
  close: async () => undefined,
});

async function publishToLog(
  server: Server,
  { place, fingerprint }: NonNullable<SubscribersSettings['log']>,
): Promise<Publisher> {
  const { viewer } = await ask<{ viewer: { workspaceId: string } }>(server, '{ viewer { workspaceId } }');
  const workspaceId = workspaceIds.parse(viewer.workspaceId);
  if (workspaceId === undefined) throw new Error('The viewer has no workspace.');
  const projector = await startParley(place, ['projector']);
  const log = await openLog(place);
  const thread = {
    workspaceId,
    channelId: channelIds.fromUuid(randomUUID()),
    conversationId: conversationIds.fromUuid(randomUUID()),
  };
  return {
    async publish() {
      await log.append('events', toRecord(acceptedIn(thread), fingerprint));
    },
    async close() {
      await log.close();
      await projector.stop();
    },
  };
}

const TEXT = 'x'.repeat(80);

function acceptedIn(thread: Pick<ParleyEvent, 'workspaceId' | 'channelId' | 'conversationId'>): ParleyEvent {
  const now = new Date().toISOString();
  return {
    ...thread,
    id: eventIds.fromUuid(randomUUID()),
    type: 'message.accepted',
    version: 1,
    messageId: messageIds.fromUuid(randomUUID()),
    occurredAt: now,
    recordedAt: now,
    data: {
      ...{ contentKind: 'text', textBytes: TEXT.length, mediaCount: 0, author: 'AGENT', parts: 1 },
      content: { address: '+15550100000', message: { kind: 'text', text: TEXT, actions: [], attachments: [] } },
    },
  };
}
