import type { WebSocket as Link } from 'graphql-ws';
import type { Logger } from 'pino';
import type { RawData, WebSocket } from 'ws';

const GOING_AWAY = 1_001;
const CLOSE_WAIT_MS = 1_000;

/** Below the idle time after which proxies drop a connection (60 s). */
const PING_EVERY_MS = 25_000;
/** A reader that stopped for a while answers no ping either, and gets everything later from the journal. */
const UNANSWERED_PINGS_MAX = 2;

/**
 * Results wait to be read, one of each operation; what answers a message doesn't. Whoever asks on and on and reads nothing
 * is cut off above it: 345 pings of 1 MB each, which anybody may send, had taken 1 GB.
 */
const UNREAD_BYTES_MAX = 16 * 1024 * 1024;

/**
 * Ties a socket to the protocol. By hand, for graphql-ws's own host prints errors, parameters and all, to the console.
 */
export function hostSocket(
  socket: WebSocket,
  logger: Logger,
  open: (link: Link) => (code?: number, reason?: string) => Promise<void>,
): void {
  const fail = (error: unknown) => {
    // What can't be sent because the other side has just left is no failure.
    if (socket.readyState !== socket.OPEN) return;
    logger.warn({ err: error }, 'A WebSocket failed.');
    socket.close(4_500, 'Internal server error');
  };
  const closed = open({
    protocol: socket.protocol,
    // Awaited by the protocol before it takes the next result: a slow reader slows only its own subscription.
    send: (data) => sendText(socket, data),
    close: (code, reason) => socket.close(code, reason),
    onMessage: (handle) =>
      socket.on('message', (data) => {
        // Told to go, nobody is listened to any more, whether he goes or not.
        if (socket.readyState !== socket.OPEN) return;
        if (socket.bufferedAmount > UNREAD_BYTES_MAX) socket.terminate();
        else void handle(textOf(data)).catch(fail);
      }),
  });
  const endPings = keepAlive(socket);
  socket.on('error', (error) => logger.debug({ err: error }, 'A WebSocket broke.'));
  socket.once('close', (code, reason) => {
    endPings();
    void closed(code, String(reason)).catch(fail);
  });
}

const textOf = (data: RawData): string =>
  (Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as Buffer)).toString('utf8');

const sendText = (socket: WebSocket, text: string) =>
  new Promise<void>((resolve, reject) => {
    if (socket.readyState !== socket.OPEN) {
      resolve();
      return;
    }
    socket.send(text, (error) => (error ? reject(error) : resolve()));
  });

/** Ends connections whose other side is gone without a word. Returns what ends the pings. */
function keepAlive(socket: WebSocket): () => void {
  let unanswered = 0;
  socket.on('pong', () => (unanswered = 0));
  const timer = setInterval(() => {
    unanswered += 1;
    if (unanswered > UNANSWERED_PINGS_MAX) socket.terminate();
    else socket.ping();
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
