import pg from 'pg';
import type { Logger } from 'pino';
import { atMost, pause, type Running } from '../lifecycle.js';
import { WAKE_CHANNELS, type WakeChannel } from './database.js';

const CONNECT_TIMEOUT_MS = 3_000;
const BACK_OFF_FIRST_MS = 50;
const BACK_OFF_MAX_MS = 1_000;
/** A connection that a firewall dropped silently says nothing, ever: it is asked. */
const PING_EVERY_MS = 5_000;
const PING_TIMEOUT_MS = 3_000;

export interface WakeListener extends Running {
  onWake(channel: WakeChannel, wake: (payload: string) => void): () => void;
}

/** One connection that LISTENs for the whole process. It begins with the first `onWake`, and comes back by itself. */
export function createWakeListener(url: string, log: Logger): WakeListener {
  const wakes = new Map<WakeChannel, Set<(payload: string) => void>>(WAKE_CHANNELS.map((name) => [name, new Set()]));
  const stopping = new AbortController();
  let loop: Promise<void> | undefined;

  const wakeAll = () => {
    for (const channel of wakes.values()) for (const wake of channel) wake('');
  };
  const onNotification = ({ channel, payload }: pg.Notification) => {
    for (const wake of wakes.get(channel as WakeChannel) ?? []) wake(payload ?? '');
  };

  return {
    onWake(channel, wake) {
      // Wrapped, so that the same function given twice is two registrations.
      const entry = (payload: string) => wake(payload);
      wakes.get(channel)?.add(entry);
      loop ??= keepListening({ url, log, signal: stopping.signal, onNotification, onConnected: wakeAll });
      return () => void wakes.get(channel)?.delete(entry);
    },
    async stop() {
      stopping.abort();
      await loop;
    },
  };
}

interface Listening {
  readonly url: string;
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly onNotification: (notification: pg.Notification) => void;
  readonly onConnected: () => void;
}

async function keepListening(listening: Listening): Promise<void> {
  let failures = 0;
  while (!listening.signal.aborted) {
    try {
      await listenOnce({
        ...listening,
        onConnected: () => {
          failures = 0;
          listening.onConnected();
        },
      });
    } catch (error) {
      failures += 1;
      if (failures === 1) listening.log.warn({ err: error }, 'listening for notifications was interrupted');
    }
    await pause(Math.min(BACK_OFF_FIRST_MS * 2 ** failures, BACK_OFF_MAX_MS), listening.signal);
  }
}

/** Resolves when stopped; rejects when the connection was lost. */
async function listenOnce({ url, signal, onNotification, onConnected }: Listening): Promise<void> {
  const client = new pg.Client({
    connectionString: url,
    application_name: `parley ${process.pid}`,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: PING_TIMEOUT_MS,
    keepAlive: true,
  });
  const over = new AbortController();
  const end = (reason: Error) => over.abort(reason);
  const onStop = () => end(new Error('stopped'));
  client.on('error', end);
  client.on('end', () => end(new Error('The connection ended.')));
  signal.addEventListener('abort', onStop);
  client.on('notification', onNotification);
  try {
    await client.connect();
    await client.query(WAKE_CHANNELS.map((name) => `listen ${name}`).join('; '));
    // Whatever was notified before LISTEN took effect is gone: everybody looks once.
    onConnected();
    for (;;) {
      await pause(PING_EVERY_MS, over.signal);
      if (signal.aborted) return;
      over.signal.throwIfAborted();
      await client.query('select 1');
    }
  } finally {
    signal.removeEventListener('abort', onStop);
    client.removeListener('notification', onNotification);
    await atMost(
      CONNECT_TIMEOUT_MS,
      client.end().catch(() => undefined),
    );
  }
}
