import { execute, type GraphQLError, type ExecutionArgs, type GraphQLSchema } from 'graphql';
import { makeServer, type Context, type SubscribePayload } from 'graphql-ws';
import type { Logger } from 'pino';
import type { RawData, WebSocket } from 'ws';
import type { Caller } from '../../access/caller.js';
import { AppError } from '../../errors.js';
import { subscribeByDelivery, type SubscriptionExecution } from './deliver.js';
import { toGraphQLError, type ErrorPresenter } from './errors.js';
import { judgeOperation } from './operation.js';
import { authenticate, openRequest, requireDeps, type Credentials, type GraphqlDepsSource } from './request.js';

export interface WebSocketDeps {
  readonly schema: GraphQLSchema;
  readonly deps: GraphqlDepsSource;
  readonly present: ErrorPresenter;
  readonly logger: Logger;
}

/** What is known of a connection. */
interface Connection {
  readonly socket: WebSocket;
  caller?: Caller;
}
type ConnectionContext = Context<Record<string, unknown>, Connection>;

/** Operations of one socket at a time, subscriptions included: a page that leaks them is told. */
const OPERATIONS_MAX = 200;
const TRY_AGAIN_LATER = 1_013;
const GOING_AWAY = 1_001;
const CLOSE_WAIT_MS = 1_000;

/**
 * GraphQL over WebSocket, protocol graphql-transport-ws. `settled` resolves when no query or mutation runs, `close` when
 * no socket is left.
 */
export function createWebSocketHandler(server: WebSocketDeps) {
  const running = new Set<Promise<unknown>>();
  const sockets = new Set<WebSocket>();
  const track = <Result>(work: Promise<Result>): Promise<Result> => {
    running.add(work);
    const leave = () => running.delete(work);
    work.then(leave, leave);
    return work;
  };
  const protocol = makeServer<Record<string, unknown>, Connection>({
    onConnect: (context) => connect(server, context),
    onSubscribe: (context, _id, payload) => track(prepare(server, context, payload)),
    execute: (args) => track(Promise.resolve(execute(args))),
    subscribe: (args) => subscribeByDelivery(args as SubscriptionExecution),
    onError: (_context, _id, _payload, errors) => errors.map(server.present),
    onNext: (_context, _id, _payload, _args, { errors, ...result }) =>
      errors === undefined ? result : { ...result, errors: errors.map(server.present) },
  });
  return {
    open: (socket: WebSocket) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      host(socket, server.logger, (connection, link) => protocol.opened(link, connection));
    },
    settled: async () => {
      while (running.size > 0) {
        await Promise.allSettled(running);
        // What was just executed is being sent, what was just judged begins to execute.
        await new Promise(setImmediate);
      }
    },
    close: () => Promise.all([...sockets].map(closeGoingAway)),
  };
}

/** 1001, and a second for the other side to say goodbye. */
function closeGoingAway(socket: WebSocket): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => socket.terminate(), CLOSE_WAIT_MS);
    socket.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
    socket.close(GOING_AWAY, 'The server is stopping');
  });
}

/** False closes the socket with 4403. */
async function connect({ deps, logger }: WebSocketDeps, context: ConnectionContext): Promise<boolean> {
  try {
    context.extra.caller = await authenticate(requireDeps(deps), credentialsOf(context.connectionParams ?? {}));
    return true;
  } catch (error) {
    if (error instanceof AppError && error.code === 'UNAUTHENTICATED') return false;
    logger.warn({ err: error }, 'A WebSocket could not be authenticated.');
    context.extra.socket.close(TRY_AGAIN_LATER, 'Try again later');
    return false;
  }
}

function credentialsOf(params: Readonly<Record<string, unknown>>): Credentials {
  const byName = new Map(Object.entries(params).map(([name, value]) => [name.toLowerCase(), value]));
  const textOf = (name: string) => {
    const value = byName.get(name);
    return typeof value === 'string' ? value : undefined;
  };
  return { authorization: textOf('authorization'), apiKey: textOf('apikey') ?? textOf('x-api-key') };
}

/** Everything that Apollo does for HTTP before the execution. Errors go to the client as the protocol's `error`. */
async function prepare(
  { schema, deps }: WebSocketDeps,
  context: ConnectionContext,
  payload: SubscribePayload,
): Promise<ExecutionArgs | GraphQLError[]> {
  const { caller } = context.extra;
  try {
    if (caller === undefined) throw new AppError('UNAUTHENTICATED', 'The connection was not initialised.');
    if (Object.keys(context.subscriptions).length > OPERATIONS_MAX) {
      throw new AppError('RATE_LIMITED', `At most ${OPERATIONS_MAX} operations at a time over one socket.`);
    }
    const judged = judgeOperation(schema, payload);
    if (Array.isArray(judged)) return judged;
    const contextValue = await openRequest(requireDeps(deps), caller, readAfterOf(payload));
    const { document } = judged;
    return { schema, document, operationName: payload.operationName, variableValues: payload.variables, contextValue };
  } catch (error) {
    return [toGraphQLError(error)];
  }
}

function readAfterOf({ extensions }: SubscribePayload): string | undefined {
  const readAfter: unknown = extensions?.['parleyAfter'];
  if (readAfter === undefined || readAfter === null) return undefined;
  if (typeof readAfter === 'string') return readAfter;
  throw new AppError('CURSOR_INVALID', '`parleyAfter` is a cursor, as text.');
}

type Link = Parameters<ReturnType<typeof makeServer<Record<string, unknown>, Connection>>['opened']>[0];

/** 12 s: below the idle time after which proxies drop a connection. */
const PING_EVERY_MS = 12_000;

/**
 * Ties a socket to the protocol. By hand, for graphql-ws's own host prints errors, parameters and all, to the console.
 */
function host(
  socket: WebSocket,
  logger: Logger,
  open: (connection: Connection, link: Link) => (code?: number, reason?: string) => Promise<void>,
): void {
  const fail = (error: unknown) => {
    logger.warn({ err: error }, 'A WebSocket failed.');
    socket.close(4_500, 'Internal server error');
  };
  const closed = open(
    { socket },
    {
      protocol: socket.protocol,
      // Awaited by the protocol before it takes the next result: a slow reader slows only its own subscription.
      send: (data) => sendText(socket, data),
      close: (code, reason) => socket.close(code, reason),
      onMessage: (handle) => socket.on('message', (data) => void handle(textOf(data)).catch(fail)),
    },
  );
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
  let isAlive = true;
  socket.on('pong', () => (isAlive = true));
  const timer = setInterval(() => {
    if (!isAlive) {
      socket.terminate();
      return;
    }
    isAlive = false;
    socket.ping();
  }, PING_EVERY_MS);
  return () => clearInterval(timer);
}
