import type { WebSocket as Link } from 'graphql-ws';
import type { Logger } from 'pino';
import type { RawData, WebSocket } from 'ws';
import { watchReader, type ReaderWatch } from './reader-watch.js';

const GOING_AWAY = 1_001;
const TRY_AGAIN_LATER = 1_013;
const CLOSE_WAIT_MS = 1_000;

/** Below the idle time after which proxies drop a connection (60 s). */
const PING_EVERY_MS = 25_000;
/**
 * A reader that stopped for a while answers no ping either, and gets everything later from the journal. More than a minute:
 * of one that lets something wait it is told sooner.
 */
const UNANSWERED_PINGS_MAX = 3;

/** So long one socket may let wait what it is given, without taking any of it. */
const TAKES_NOTHING_MAX_MS = 60_000;

/**
 * Results wait to be read, one of each operation; what answers a message doesn't. Whoever asks on and on and reads nothing
 * is cut off above it: 345 pings of 1 MB each, which anybody may send, had taken 1 GB.
 */
const UNREAD_BYTES_MAX = 16 * 1024 * 1024;

/** What a socket is hosted with. */
export interface HostOptions {
  readonly logger: Logger;
  /** Default: `TAKES_NOTHING_MAX_MS`. */
  readonly takesNothingMaxMs?: number;
  /** Told when the other side is given up, because it takes nothing or answers no ping. */
  readonly onGivenUp?: () => void;
}

/**
 * Ties a socket to the protocol. By hand, for graphql-ws's own host prints errors, parameters and all, to the console.
 * Whoever takes nothing any more is told to try again later, in case that he reads on: he has his last cursor.
 */
export function hostSocket(
  socket: WebSocket,
  { logger, takesNothingMaxMs = TAKES_NOTHING_MAX_MS, onGivenUp }: HostOptions,
  open: (link: Link) => (code?: number, reason?: string) => Promise<void>,
): void {
  const giveUp = () => {
    if (socket.readyState !== socket.OPEN) return;
    onGivenUp?.();
    // Not terminated later, as others are: `ws` itself waits half a minute for whoever reads on.
    socket.close(TRY_AGAIN_LATER, 'Nothing was read for too long: resume after the last cursor');
  };
  const gone = new Promise<void>((resolve) => void socket.once('close', () => resolve()));
  const reader = watchReader(socket, takesNothingMaxMs, giveUp);
  const fail = (error: unknown) => {
    // What can't be sent because the other side has just left is no failure.
    if (socket.readyState !== socket.OPEN) return;
    logger.warn({ err: error }, 'A WebSocket failed.');
    socket.close(4_500, 'Internal server error');
  };
  const closed = open({
    protocol: socket.protocol,
    // Awaited by the protocol before it takes the next result: a slow reader slows only its own subscription.
    send: (data) => sendText(socket, data, { reader, gone }),
    close: (code, reason) => socket.close(code, reason),
    onMessage: (handle) =>
      socket.on('message', (data) => {
        // Told to go, nobody is listened to any more, whether he goes or not.
        if (socket.readyState !== socket.OPEN) return;
        if (socket.bufferedAmount > UNREAD_BYTES_MAX) socket.terminate();
        else void handle(textOf(data)).catch(fail);
      }),
  });
  const endPings = keepAlive(socket, reader, giveUp);
  socket.on('error', (error) => logger.debug({ err: error }, 'A WebSocket broke.'));
  socket.once('close', (code, reason) => {
    endPings();
    reader.end();
    void closed(code, String(reason)).catch(fail);
  });
}

const textOf = (data: RawData): string =>
  (Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as Buffer)).toString('utf8');

/**
 * Resolves when the system has taken it. On a socket that is closing, when it is closed: a subscription that was told at
 * once would go on and on through the journal, for nobody.
 */
function sendText(
  socket: WebSocket,
  text: string,
  { reader, gone }: { readonly reader: ReaderWatch; readonly gone: Promise<void> },
): Promise<void> {
  if (socket.readyState !== socket.OPEN) return gone;
  return new Promise((resolve, reject) => {
    socket.send(text, (error) => {
      reader.taken();
      if (error) reject(error);
      else resolve();
    });
    reader.given();
  });
}

/** Finds connections whose other side is gone without a word. Returns what ends the pings. */
function keepAlive(socket: WebSocket, reader: ReaderWatch, onGone: () => void): () => void {
  let unanswered = 0;
  socket.on('pong', () => (unanswered = 0));
  const timer = setInterval(() => {
    if (socket.readyState !== socket.OPEN) return;
    unanswered += 1;
    if (unanswered > UNANSWERED_PINGS_MAX) return onGone();
    socket.ping(undefined, false, () => reader.taken());
    reader.given();
  }, PING_EVERY_MS);
  return () => clearInterval(timer);
}

/** 1001, and a second for the other side to say goodbye. */
export function closeGoingAway(socket: WebSocket): Promise<void> {
  const closed = new Promise<void>((resolve) => void socket.once('close', () => resolve()));
  terminateLater(socket);
  socket.close(GOING_AWAY, 'The server is stopping');
  return closed;
}

/**
 * What to do when a socket breaks the protocol: the close frame that says so (1009 to a message that is too long) is on
 * its way already. To terminate at once, while the other side still sends, resets the connection and the frame with it.
 */
export function terminateLater(socket: Pick<WebSocket, 'once' | 'terminate'>): void {
  const timer = setTimeout(() => socket.terminate(), CLOSE_WAIT_MS);
  socket.once('close', () => clearTimeout(timer));
}
