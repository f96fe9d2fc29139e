import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { pause } from '../../src/lifecycle.js';

/** What crosses the proxy towards Kafka, as far as a test can name it. */
export interface ProxiedRequest {
  /** Of the protocol: 0 Produce, 1 Fetch, 3 Metadata, 10 FindCoordinator, 11 JoinGroup, 22 InitProducerId … */
  readonly apiKey: number;
  readonly clientId: string;
  /** The whole frame as Latin-1: what is not compressed can be looked for in it. */
  readonly text: string;
}

export interface KafkaHold {
  /** Resolves when the request has come and its connection is held. */
  readonly reached: Promise<ProxiedRequest>;
  /** Lets the held connection go on. */
  release(): void;
}

/**
 * A TCP proxy in front of one broker that a test can stop at a fact. Clients that learn the broker's address from it
 * learn the proxy's instead, so that all their connections go through it.
 */
export interface KafkaProxy {
  /** For `KAFKA_BROKERS`. */
  readonly brokers: string;
  /** Holds the first matching request before Kafka sees it. */
  holdRequest(matches: (request: ProxiedRequest) => boolean): KafkaHold;
  /** Lets the first matching request through and holds everything that Kafka answers on its connection from then on. */
  holdAnswer(matches: (request: ProxiedRequest) => boolean): KafkaHold;
  /** Resets every connection once; new ones are served. */
  reset(): void;
  /** Refuses and resets until `heal`. */
  cut(): void;
  /** Swallows every byte in both directions until `heal`; connections that lived through it are reset then. */
  blackHole(): void;
  /** Delays every chunk in both directions until `heal`. */
  delay(milliseconds: number): void;
  /** Resets the next so many connections in the middle of an answer. */
  truncate(count: number): void;
  heal(): void;
  close(): Promise<void>;
}

export const PRODUCE = 0;
const METADATA = 3;
const FIND_COORDINATOR = 10;

interface Trap {
  readonly matches: (request: ProxiedRequest) => boolean;
  readonly side: 'request' | 'answer';
  readonly reach: (request: ProxiedRequest) => void;
  readonly released: Promise<void>;
}

interface Weather {
  isCut: boolean;
  isBlackHole: boolean;
  delayMs: number;
  truncations: number;
}

/** @param broker `host:port` of the real one */
export async function startKafkaProxy(broker: string): Promise<KafkaProxy> {
  const target = {
    host: broker.slice(0, broker.lastIndexOf(':')),
    port: Number(broker.slice(broker.lastIndexOf(':') + 1)),
  };
  const traps: Trap[] = [];
  const sockets = new Set<Socket>();
  const weather: Weather = { isCut: false, isBlackHole: false, delayMs: 0, truncations: 0 };
  let ownPort = 0;
  const server = createServer((client) => {
    if (weather.isCut) return void client.resetAndDestroy();
    const upstream = connect(target.port, target.host);
    relay({ client, upstream, traps, sockets, weather, swap: { from: target.port, to: () => ownPort } });
  });
  ownPort = await listen(server);
  const resetAll = () => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  return {
    brokers: `127.0.0.1:${ownPort}`,
    holdRequest: (matches) => hold(traps, 'request', matches),
    holdAnswer: (matches) => hold(traps, 'answer', matches),
    reset: resetAll,
    cut() {
      weather.isCut = true;
      resetAll();
    },
    blackHole() {
      weather.isBlackHole = true;
    },
    delay(milliseconds) {
      weather.delayMs = milliseconds;
    },
    truncate(count) {
      weather.truncations = count;
    },
    heal() {
      // What was swallowed is missing in the middle of a frame: the connection is of no use any more.
      if (weather.isBlackHole) resetAll();
      Object.assign(weather, { isCut: false, isBlackHole: false, delayMs: 0, truncations: 0 });
    },
    async close() {
      resetAll();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

function hold(traps: Trap[], side: Trap['side'], matches: Trap['matches']): KafkaHold {
  let reach: Trap['reach'] = () => undefined;
  let release: () => void = () => undefined;
  const reached = new Promise<ProxiedRequest>((resolve) => (reach = resolve));
  const released = new Promise<void>((resolve) => (release = resolve));
  traps.push({ matches, side, reach, released });
  return { reached, release };
}

interface Relay {
  readonly client: Socket;
  readonly upstream: Socket;
  readonly traps: Trap[];
  readonly sockets: Set<Socket>;
  readonly weather: Weather;
  readonly swap: { readonly from: number; readonly to: () => number };
}

function relay({ client, upstream, traps, sockets, weather, swap }: Relay): void {
  for (const socket of [client, upstream]) {
    socket.setNoDelay(true);
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      sockets.delete(socket);
      client.destroy();
      upstream.destroy();
    });
  }
  let answersMayPass: Promise<void> | undefined;
  /** By correlation id: whose answers name the broker's address. */
  const naming = new Set<number>();
  const toServer = serial(async (frame) => {
    if (weather.isBlackHole) return;
    if (weather.delayMs > 0) await pause(weather.delayMs);
    const request = readRequest(frame);
    if (request.apiKey === METADATA || request.apiKey === FIND_COORDINATOR) naming.add(frame.readInt32BE(8));
    const trap = take(traps, request);
    if (trap?.side === 'request') {
      trap.reach(request);
      await trap.released;
    } else if (trap) {
      answersMayPass = trap.released;
      trap.reach(request);
    }
    if (!upstream.destroyed) upstream.write(frame);
  });
  const toClient = serial(async (frame) => {
    if (weather.isBlackHole) return;
    if (weather.delayMs > 0) await pause(weather.delayMs);
    await answersMayPass;
    if (client.destroyed) return;
    if (naming.delete(frame.readInt32BE(4))) swapPorts(frame, swap.from, swap.to());
    if (weather.truncations > 0) {
      weather.truncations -= 1;
      client.write(frame.subarray(0, Math.ceil(frame.length / 2)), () => client.resetAndDestroy());
      return;
    }
    client.write(frame);
  });
  client.on('data', inFrames(toServer));
  upstream.on('data', inFrames(toClient));
}

function take(traps: Trap[], request: ProxiedRequest): Trap | undefined {
  const index = traps.findIndex((trap) => trap.matches(request));
  return index === -1 ? undefined : traps.splice(index, 1)[0];
}

/** Frames of a size and so many bytes, whatever the chunks are that they come in. */
function inFrames(give: (frame: Buffer) => void): (chunk: Buffer) => void {
  let rest: Buffer[] = [];
  let held = 0;
  return (chunk) => {
    rest.push(chunk);
    held += chunk.length;
    const first = rest[0];
    if (first && first.length >= 4 && held < first.readInt32BE(0) + 4) return;
    let bytes = rest.length === 1 ? chunk : Buffer.concat(rest);
    while (bytes.length >= 4 && bytes.length >= bytes.readInt32BE(0) + 4) {
      const size = bytes.readInt32BE(0) + 4;
      give(Buffer.from(bytes.subarray(0, size)));
      bytes = bytes.subarray(size);
    }
    rest = bytes.length > 0 ? [bytes] : [];
    held = bytes.length;
  };
}

/** One frame after the other, in order. */
function serial(work: (frame: Buffer) => Promise<void>): (frame: Buffer) => void {
  let last = Promise.resolve();
  return (frame) => {
    last = last.then(() => work(frame)).catch(() => undefined);
  };
}

/** Size, api key, version, correlation id, client id: the header of every request (protocol guide, request header v1). */
function readRequest(frame: Buffer): ProxiedRequest {
  const length = Math.max(0, frame.readInt16BE(12));
  return {
    apiKey: frame.readInt16BE(4),
    clientId: frame.toString('utf8', 14, 14 + length),
    text: frame.toString('latin1'),
  };
}

const HOST = Buffer.concat([Buffer.from([0, 9]), Buffer.from('127.0.0.1')]);

/** A broker stands in answers as its host, a string, and its port, an int32: as long as before with another port. */
function swapPorts(frame: Buffer, from: number, to: number): void {
  for (let at = frame.indexOf(HOST); at !== -1; at = frame.indexOf(HOST, at + 1)) {
    const port = at + HOST.length;
    if (port + 4 <= frame.length && frame.readInt32BE(port) === from) frame.writeInt32BE(to, port);
  }
}
