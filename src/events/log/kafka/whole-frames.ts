import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';

const SIZE_BYTES = 4;
/** The correlation id that every answer begins with. */
const CONTENT_BYTES_MIN = 4;
/** What a broker lets a request be by default (`socket.request.max.bytes`): ten times the largest answer to a fetch. */
const CONTENT_BYTES_MAX = 100 * 1024 * 1024;

/** Of the error that ends a connection whose answers make no sense. */
export const FRAME_ERROR_CODE = 'PARLEY_KAFKA_FRAME';

/**
 * Lets only whole frames (a size and so many bytes) through to whoever reads the socket.
 *
 * kafkajs keeps what it has of a half one beyond the end of its connection and takes the next connection's first bytes
 * for the rest of it. Everything after that is misread: answers go missing until their requests time out, or the size of
 * the next is read from the middle of a record, which throws where nobody catches it and ends the process (measured: all
 * of four processes within eight minutes of connections that broke off in the middle of an answer).
 */
export function deliverWholeFrames(socket: Socket): Socket {
  const takeWhole = createFrames();
  socket.emit = (event: string | symbol, ...args: unknown[]): boolean => {
    const [chunk] = args;
    if (event !== 'data' || !Buffer.isBuffer(chunk)) return emit(socket, event, ...args);
    try {
      const whole = takeWhole(chunk);
      return whole === undefined || emit(socket, event, whole);
    } catch (error) {
      socket.destroy(error instanceof Error ? error : new Error('The answer could not be read.'));
      return false;
    }
  };
  return socket;
}

/** Whoever answers isn't speaking Kafka's protocol: mostly TLS at a port that has it. kafkajs keeps the code. */
class FrameError extends Error {
  override readonly name = 'FrameError';
  readonly code = FRAME_ERROR_CODE;
  constructor(size: number) {
    super(`Kafka's answer can't have ${size} bytes.`);
  }
}

const emit = (socket: Socket, event: string | symbol, ...args: unknown[]): boolean =>
  EventEmitter.prototype.emit.call(socket, event, ...args);

/**
 * Gathers chunks; answers all frames that are whole by now, in one piece.
 * @throws Error a frame whose size can't be right
 */
export function createFrames(): (chunk: Buffer) => Buffer | undefined {
  let chunks: Buffer[] = [];
  let gathered = 0;
  /** Before it is reached nothing is looked at: joining a large answer anew with each of its chunks would take for ever. */
  let needed = SIZE_BYTES;
  return (chunk) => {
    chunks.push(chunk);
    gathered += chunk.length;
    if (gathered < needed) return undefined;
    const bytes = chunks.length === 1 ? chunk : Buffer.concat(chunks, gathered);
    const { end, next } = measure(bytes);
    const rest = bytes.subarray(end);
    chunks = rest.length === 0 ? [] : [rest];
    gathered = rest.length;
    needed = next;
    return end === 0 ? undefined : bytes.subarray(0, end);
  };
}

/** Where the whole frames end, and how many bytes the one after them has as far as that is known. */
function measure(bytes: Buffer): { end: number; next: number } {
  let end = 0;
  while (bytes.length - end >= SIZE_BYTES) {
    const size = bytes.readInt32BE(end);
    // 0 is right: an answer to a login by PLAIN before SaslAuthenticate had no content.
    if (size !== 0 && (size < CONTENT_BYTES_MIN || size > CONTENT_BYTES_MAX)) throw new FrameError(size);
    const next = SIZE_BYTES + size;
    if (bytes.length - end < next) return { end, next };
    end += next;
  }
  return { end, next: SIZE_BYTES };
}
