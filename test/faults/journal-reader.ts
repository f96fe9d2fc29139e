import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'vitest';
import WebSocket from 'ws';
import { withClient } from '../support/with-client.js';
import type { Rig } from './rig.js';

/** An event as a subscriber is told of it. */
export interface SeenEvent {
  readonly id: string;
  readonly conversationId: string | null;
}

export interface JournalReaderOptions {
  /** Where to connect, now and each time after. */
  readonly url: string;
  readonly apiKey: string;
  /** Where it begins. */
  readonly after: string;
  /** What it asks of each event beside its id and conversation. */
  readonly fields?: string;
  /** From the moment that it has subscribed. */
  readonly isPaused?: boolean;
}

/**
 * Somebody who subscribes to every event, and keeps his last cursor with what he got: cut off, he resumes after it,
 * wherever he is let in. By hand, for a test decides when he reads.
 */
export interface JournalReader {
  readonly seen: readonly SeenEvent[];
  /** The codes that its sockets were closed with; not of those that never were open. */
  readonly closes: readonly number[];
  /** What it was told instead of events. */
  readonly errors: readonly unknown[];
  /** Reads no byte from now on, whatever comes. */
  pause(): void;
  resume(): void;
  stop(): void;
}

const RECONNECT_MS = 100;
/** Somebody who accepts the connection and says no more is left for another. */
const CONNECTED_WITHIN_MS = 5_000;

export function openJournalReader(options: JournalReaderOptions): JournalReader {
  const query = `subscription ($after: Cursor) { eventPublished(after: $after) {
    cursor event { id conversationId ${options.fields ?? ''} } } }`;
  const seen: SeenEvent[] = [];
  const closes: number[] = [];
  const errors: unknown[] = [];
  let after = options.after;
  let isPaused = options.isPaused ?? false;
  let isStopped = false;
  let socket: WebSocket | undefined;

  const take = (message: ServerMessage, from: WebSocket) => {
    if (message.type === 'connection_ack') {
      from.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query, variables: { after } } }));
      if (isPaused) from.pause();
    } else if (message.type === 'next' && message.payload.data) {
      const { cursor, event } = message.payload.data.eventPublished;
      seen.push({ id: event.id, conversationId: event.conversationId });
      after = cursor;
    } else if (message.type !== 'pong') {
      errors.push(message);
      // A subscription that ended goes on in another socket.
      from.close();
    }
  };
  const connect = () => {
    const opened = new WebSocket(`${options.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
      handshakeTimeout: CONNECTED_WITHIN_MS,
    });
    socket = opened;
    let wasOpen = false;
    opened.on('open', () => {
      wasOpen = true;
      opened.send(JSON.stringify({ type: 'connection_init', payload: { apiKey: options.apiKey } }));
    });
    opened.on('message', (data: Buffer) => take(JSON.parse(data.toString()) as ServerMessage, opened));
    opened.on('error', () => undefined);
    opened.once('close', (code) => {
      if (wasOpen) closes.push(code);
      if (!isStopped) void pause(RECONNECT_MS).then(() => isStopped || connect());
    });
  };
  connect();
  return {
    ...{ seen, closes, errors },
    pause() {
      isPaused = true;
      if (socket?.readyState === WebSocket.OPEN) socket.pause();
    },
    resume() {
      isPaused = false;
      socket?.resume();
    },
    stop() {
      isStopped = true;
      socket?.terminate();
    },
  };
}

type ServerMessage =
  | { readonly type: 'connection_ack' | 'pong' | 'error' | 'complete' }
  | {
      readonly type: 'next';
      readonly payload: {
        readonly data: { readonly eventPublished: { readonly cursor: string; readonly event: SeenEvent } } | null;
      };
    };

/** The journal past Parley, in the order of its places. */
export const journalOf = ({ directUrl }: Pick<Rig, 'directUrl'>): Promise<readonly SeenEvent[]> =>
  withClient(directUrl, async (client) => {
    const { rows } = await client.query<SeenEvent>(`
      select value->>'id' as id, value->>'conversationId' as "conversationId"
      from read.events order by partition, "offset"`);
    return rows;
  });

/** A cursor, and how to tell what comes after it; nothing may be on its way meanwhile. */
export async function startOfReading(rig: Rig) {
  const { cursor } = await rig.client().run<{ cursor: string }>('{ cursor }');
  const before = new Set((await journalOf(rig)).map(({ id }) => id));
  return { cursor, since: async () => (await journalOf(rig)).filter(({ id }) => !before.has(id)) };
}

/** As a set, each once, and in each conversation one after another as the journal has them. */
export function expectWhole(seen: readonly SeenEvent[], journal: readonly SeenEvent[]): void {
  expect(idsOf(seen).toSorted(), 'the events, each once').toEqual(idsOf(journal).toSorted());
  expect(byConversation(seen), 'in each conversation').toEqual(byConversation(journal));
}

/** What a reader got who was cut off: in each conversation the beginning of what the journal has, each once. */
export function expectWholeSoFar(seen: readonly SeenEvent[], journal: readonly SeenEvent[]): void {
  const whole = byConversation(journal);
  for (const [conversation, ids] of byConversation(seen))
    expect(ids, 'in each conversation').toEqual(whole.get(conversation)?.slice(0, ids.length));
}

const idsOf = (events: readonly SeenEvent[]) => events.map(({ id }) => id);

/** Events without a conversation have no order among each other. */
function byConversation(events: readonly SeenEvent[]): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const { id, conversationId } of events) {
    if (conversationId === null) continue;
    const ids = groups.get(conversationId) ?? [];
    ids.push(id);
    groups.set(conversationId, ids);
  }
  return groups;
}
