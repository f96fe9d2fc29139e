import {
  execute,
  getOperationAST,
  type GraphQLError,
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLSchema,
  type ValidationRule,
} from 'graphql';
import { makeServer, type Context, type SubscribePayload } from 'graphql-ws';
import type { Logger } from 'pino';
import type { WebSocket } from 'ws';
import type { Caller } from '../../access/caller.js';
import { AppError } from '../../errors.js';
import { pause } from '../../lifecycle.js';
import { GRACE_MS } from '../drain.js';
import { closeGoingAway, hostSocket } from './websocket-host.js';
import { subscribeByDelivery, type SubscriptionExecution } from './deliver.js';
import { toGraphQLError, type ErrorPresenter } from './errors.js';
import { inSpan, type Tracer } from '../../tracing.js';
import { createJudge, operationAttributes } from './operation.js';
import { createSessionWatch, type SessionWatch } from './session-watch.js';
import { createSharedResults, questionOf } from './shared-results.js';
import { authenticate, openRequest, requireDeps, type Credentials, type GraphqlDepsSource } from './request.js';

export interface WebSocketDeps {
  readonly schema: GraphQLSchema;
  readonly rules: readonly ValidationRule[];
  readonly deps: GraphqlDepsSource;
  readonly present: ErrorPresenter;
  readonly logger: Logger;
  readonly tracer: Tracer;
}

/** What is known of a connection. */
interface Connection {
  readonly socket: WebSocket;
  caller?: Caller;
}

export interface SocketCounts {
  readonly open: number;
  /** Since the start: of readers that took nothing any more. */
  readonly givenUp: number;
}
type ConnectionContext = Context<Record<string, unknown>, Connection>;

/** Operations of one socket at a time, subscriptions included: a page that leaks them is told. */
const OPERATIONS_MAX = 200;
const TRY_AGAIN_LATER = 1_013;

/** GraphQL over WebSocket, protocol graphql-transport-ws. */
export function createWebSocketHandler(server: WebSocketDeps) {
  const running = new Set<Promise<unknown>>();
  const sockets = new Set<WebSocket>();
  let givenUp = 0;
  const shared = createSharedResults();
  const sessions = createSessionWatch(server.deps, server.logger);
  const judge = createJudge(server);
  const track = <Result>(work: Promise<Result>): Promise<Result> => {
    running.add(work);
    const leave = () => running.delete(work);
    work.then(leave, leave);
    return work;
  };
  const protocol = makeServer<Record<string, unknown>, Connection>({
    onConnect: (context) => connect(server, sessions, context),
    onSubscribe: (context, _id, payload) => track(prepare({ ...server, judge }, context, payload)),
    execute: (args) => track(executeInSpan(server.tracer, args)),
    subscribe: (args) => subscribeByDelivery(args as SubscriptionExecution, shared),
    onError: (_context, _id, _payload, errors) => errors.map(server.present),
    onNext: (_context, _id, _payload, _args, { errors, ...result }) =>
      errors === undefined ? result : { ...result, errors: errors.map(server.present) },
  });
  const settledWithin = async (ms: number): Promise<void> => {
    const timeUp = new AbortController();
    const deadline = pause(ms, timeUp.signal).then(() => timeUp.abort());
    while (running.size > 0 && !timeUp.signal.aborted) {
      await Promise.race([Promise.allSettled(running), deadline]);
      // What was just executed is being sent, what was just judged begins to execute.
      await new Promise(setImmediate);
    }
    timeUp.abort();
  };
  return {
    open: (socket: WebSocket) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      const options = { logger: server.logger, onGivenUp: () => void (givenUp += 1) };
      hostSocket(socket, options, (link) => protocol.opened(link, { socket }));
    },
    count: (): SocketCounts => ({ open: sockets.size, givenUp }),
    /** Resolves when no socket is left: each may still bring what is on its way, and gets the answers of what runs. */
    end: async (settleMs: number): Promise<void> => {
      if (sockets.size === 0) return;
      await pause(GRACE_MS);
      await settledWithin(settleMs);
      await Promise.all([...sockets].map(closeGoingAway));
    },
  };
}

/** A trace of its own: the socket's request is long over. */
function executeInSpan(tracer: Tracer, args: ExecutionArgs): Promise<ExecutionResult> {
  const operation = getOperationAST(args.document, args.operationName) ?? undefined;
  const sketch = { name: 'WebSocket /graphql', kind: 'server', attributes: operationAttributes(operation) } as const;
  return inSpan(tracer, sketch, () => Promise.resolve(execute(args)));
}

/** False closes the socket with 4403. */
async function connect(
  { deps, logger }: WebSocketDeps,
  sessions: SessionWatch,
  context: ConnectionContext,
): Promise<boolean> {
  try {
    const caller = await authenticate(requireDeps(deps), credentialsOf(context.connectionParams ?? {}));
    context.extra.caller = caller;
    sessions.watch(context.extra.socket, caller);
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
  { schema, deps, judge }: WebSocketDeps & { readonly judge: ReturnType<typeof createJudge> },
  context: ConnectionContext,
  payload: SubscribePayload,
): Promise<SubscriptionExecution | GraphQLError[]> {
  const startedAt = performance.now();
  const { caller } = context.extra;
  try {
    if (caller === undefined) throw new AppError('UNAUTHENTICATED', 'The connection was not initialised.');
    if (Object.keys(context.subscriptions).length > OPERATIONS_MAX) {
      throw new AppError('RATE_LIMITED', `At most ${OPERATIONS_MAX} operations at a time over one socket.`);
    }
    const judged = judge(payload);
    if (Array.isArray(judged)) return judged;
    const contextValue = await openRequest(requireDeps(deps), { caller, readAfter: readAfterOf(payload), startedAt });
    const { operationName, variables: variableValues } = payload;
    const question = questionOf(payload, caller);
    return { schema, document: judged.document, operationName, variableValues, contextValue, question };
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
