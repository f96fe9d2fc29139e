import { createServer, connect, type AddressInfo, type Socket } from 'node:net';
import { pause } from '../../src/lifecycle.js';

/** What crosses the proxy towards Postgres, as far as a test can name it. */
export interface ProxiedStatement {
  readonly sql: string;
  /** The bound values as they cross the wire: enough to look for a text among them. */
  readonly values: string;
  /** What this connection has run since its last `begin`, oldest first. */
  readonly transaction: readonly string[];
}

export interface Hold {
  /** Resolves when the statement has come and its connection is held. */
  readonly reached: Promise<ProxiedStatement>;
  /** Lets the held connection go on. */
  release(): void;
}

/** A TCP proxy in front of Postgres that a test can stop at a fact: a statement, or the answer to it. */
export interface PostgresProxy {
  /** The database URL through the proxy. */
  readonly url: string;
  /** Holds the first matching statement before Postgres sees it. */
  holdStatement(matches: (statement: ProxiedStatement) => boolean): Hold;
  /** Lets the first matching statement through and holds everything that Postgres answers from then on. */
  holdAnswer(matches: (statement: ProxiedStatement) => boolean): Hold;
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

interface Trap {
  readonly matches: (statement: ProxiedStatement) => boolean;
  readonly side: 'statement' | 'answer';
  readonly reach: (statement: ProxiedStatement) => void;
  readonly released: Promise<void>;
}

interface Weather {
  isCut: boolean;
  isBlackHole: boolean;
  delayMs: number;
  truncations: number;
}

export async function startPostgresProxy(targetUrl: string): Promise<PostgresProxy> {
  const target = new URL(targetUrl);
  const traps: Trap[] = [];
  const sockets = new Set<Socket>();
  const weather: Weather = { isCut: false, isBlackHole: false, delayMs: 0, truncations: 0 };
  const server = createServer((client) => {
    if (weather.isCut) return void client.resetAndDestroy();
    relay({ client, upstream: connect(Number(target.port), target.hostname), traps, sockets, weather });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(targetUrl);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port);
  const closeAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  const resetAll = () => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  return {
    url: url.href,
    holdStatement: (matches) => hold(traps, 'statement', matches),
    holdAnswer: (matches) => hold(traps, 'answer', matches),
    reset: resetAll,
    cut() {
      weather.isCut = true;
      closeAll();
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
      // What was swallowed is missing in the middle of a message: the connection is of no use any more.
      if (weather.isBlackHole) resetAll();
      Object.assign(weather, { isCut: false, isBlackHole: false, delayMs: 0, truncations: 0 });
    },
    async close() {
      closeAll();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function hold(traps: Trap[], side: Trap['side'], matches: Trap['matches']): Hold {
  let reach: Trap['reach'] = () => undefined;
  let release: () => void = () => undefined;
  const reached = new Promise<ProxiedStatement>((resolve) => (reach = resolve));
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
}

function relay({ client, upstream, traps, sockets, weather }: Relay): void {
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
  const toServer = serial(async (chunk) => {
    if (weather.isBlackHole) return;
    if (weather.delayMs > 0) await pause(weather.delayMs);
    for (const { bytes, statement } of parse(chunk)) {
      const trap = statement && take(traps, statement);
      if (trap?.side === 'statement') {
        trap.reach(statement as ProxiedStatement);
        await trap.released;
      } else if (trap) {
        answersMayPass = trap.released;
        trap.reach(statement);
      }
      upstream.write(bytes);
    }
  });
  const toClient = serial(async (chunk) => {
    if (weather.isBlackHole) return;
    if (weather.delayMs > 0) await pause(weather.delayMs);
    if (answersMayPass) await answersMayPass;
    if (weather.truncations > 0) {
      weather.truncations -= 1;
      client.write(chunk.subarray(0, Math.floor(chunk.length / 2)), () => client.resetAndDestroy());
      return;
    }
    client.write(chunk);
  });
  const parse = frontendParser();
  client.on('data', toServer);
  upstream.on('data', toClient);
}

function take(traps: Trap[], statement: ProxiedStatement): Trap | undefined {
  const index = traps.findIndex((trap) => trap.matches(statement));
  return index < 0 ? undefined : traps.splice(index, 1)[0];
}

/** Runs the handler for one chunk after another, in order. */
function serial(handle: (chunk: Buffer) => Promise<void>): (chunk: Buffer) => void {
  let last = Promise.resolve();
  return (chunk) => {
    last = last.then(() => handle(chunk)).catch(() => undefined);
  };
}

/** 80877103 is SSLRequest: the real startup message is still to come. */
const SSL_REQUEST = 80877103;

/**
 * Splits what a client sends into protocol messages. The first has no type byte (StartupMessage, SSLRequest); then
 * Query is `Q text\0`, Parse `P name\0 text\0 …` and Bind `B portal\0 name\0 values…`
 * (https://www.postgresql.org/docs/current/protocol-message-formats.html). A statement counts where it runs: at Query
 * or Bind, for a named one is parsed once and bound many times.
 */
function frontendParser(): (chunk: Buffer) => { bytes: Buffer; statement?: ProxiedStatement }[] {
  let rest = Buffer.alloc(0);
  let hasStarted = false;
  const read = statementReader();
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    const messages: { bytes: Buffer; statement?: ProxiedStatement }[] = [];
    for (;;) {
      const lengthAt = hasStarted ? 1 : 0;
      if (rest.length < lengthAt + 4) return messages;
      const total = lengthAt + rest.readInt32BE(lengthAt);
      if (rest.length < total) return messages;
      const bytes = rest.subarray(0, total);
      rest = rest.subarray(total);
      const statement = hasStarted ? read(bytes) : undefined;
      if (!hasStarted && bytes.readInt32BE(4) !== SSL_REQUEST) hasStarted = true;
      messages.push(statement === undefined ? { bytes } : { bytes, statement });
    }
  };
}

function statementReader(): (message: Buffer) => ProxiedStatement | undefined {
  const named = new Map<string, string>();
  let transaction: string[] = [];
  return (message) => {
    const [first = '', second = ''] = texts(message);
    const type = String.fromCharCode(message.readUInt8(0));
    if (type === 'P') named.set(first, second);
    if (type !== 'Q' && type !== 'B') return undefined;
    const sql = type === 'Q' ? first : (named.get(second) ?? '');
    if (/^\s*begin/i.test(sql)) transaction = [];
    const statement = { sql, values: type === 'B' ? message.toString('latin1') : '', transaction: [...transaction] };
    transaction.push(sql);
    return statement;
  };
}

/** The first two zero-terminated texts of a message. */
function texts(message: Buffer): string[] {
  const firstEnd = message.indexOf(0, 5);
  const secondEnd = message.indexOf(0, firstEnd + 1);
  return [
    message.toString('utf8', 5, firstEnd),
    message.toString('utf8', firstEnd + 1, Math.max(secondEnd, firstEnd + 1)),
  ];
}
