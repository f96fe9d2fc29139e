import {
  execute,
  getOperationAST,
  OperationTypeNode,
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
import type { RequestContext } from '../../resolvers/context.js';
import type { AddressLimits } from '../address-limits.js';
import type { AddressOf, Arrival } from '../client-address.js';
import { GRACE_MS } from '../drain.js';
import { admitOperation, admitRequest, stateCost, timeLeft, type CostStatement } from './admission.js';
import type { TrustedDocuments } from './trusted-documents.js';
import { closeGoingAway, hostSocket, terminateLater } from './websocket-host.js';
import { subscribeByDelivery, type SubscriptionExecution } from './deliver.js';
import { toGraphQLError, type ErrorPresenter } from './errors.js';
import { inSpan, type Tracer } from '../../tracing.js';
import { createJudge, operationAttributes } from './operation.js';
import { createSessionWatch, type SessionWatch } from './session-watch.js';
import { createSharedResults, questionOf, type SharedResults } from './shared-results.js';
import { authenticate, openRequest, requireDeps, type Credentials, type GraphqlDepsSource } from './request.js';

export interface WebSocketDeps {
  readonly schema: GraphQLSchema;
  readonly rules: readonly ValidationRule[];
  readonly deps: GraphqlDepsSource;
  readonly present: ErrorPresenter;
  readonly logger: Logger;
  readonly tracer: Tracer;
  readonly addresses: AddressLimits;
  readonly addressOf: AddressOf;
  readonly documents: TrustedDocuments | undefined;
}

/** What is known of a connection. */
interface Connection {
  readonly socket: WebSocket;
  readonly address: string;
  /** Its address may have another one that hasn't said who it is. */
  readonly initialised: () => void;
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
/** Its key has as many open as it may, or its address too many that have not said who they are: later. */
const TOO_MANY_SOCKETS = 4_290;

/** What is being judged or executed. */
function createRunning() {
  const running = new Set<Promise<unknown>>();
  const track = <Result>(work: Promise<Result>): Promise<Result> => {
    running.add(work);
    const leave = () => running.delete(work);
    work.then(leave, leave);
    return work;
  };
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
  return { track, settledWithin };
}

/** GraphQL over WebSocket, protocol graphql-transport-ws. */
export function createWebSocketHandler(server: WebSocketDeps) {
  const { track, settledWithin } = createRunning();
  const sockets = new Set<WebSocket>();
  let givenUp = 0;
  const shared = createSharedResults();
  const sessions = createSessionWatch(server.deps, server.logger);
  const judge = createJudge(server);
  const protocol = makeServer<Record<string, unknown>, Connection>({
    onConnect: (context) => connect(server, sessions, context),
    onSubscribe: (context, _id, payload) => track(prepare({ ...server, judge }, context, payload)),
    execute: (args) => track(executeInSpan(server.tracer, args)),
    subscribe: (args) => subscribeWithin(server, args as SubscriptionExecution, shared),
    onError: (_context, _id, _payload, errors) => errors.map(server.present),
    onNext: (_context, _id, _payload, { contextValue }, result) =>
      shown(server.present, (contextValue as CostedContext).cost, result),
  });
  return {
    open: (socket: WebSocket, request: Arrival) => {
      const address = server.addressOf(request);
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      const initialised = awaitInit(server, socket, address);
      if (initialised === undefined) return;
      const options = { logger: server.logger, onGivenUp: () => void (givenUp += 1) };
      hostSocket(socket, options, (link) => protocol.opened(link, { socket, address, initialised }));
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

/** Closes it, and answers undefined, where its address has too many that have not said who they are. */
function awaitInit({ addresses }: WebSocketDeps, socket: WebSocket, address: string): (() => void) | undefined {
  const initialised = addresses.awaitInit(address);
  if (initialised !== undefined) {
    socket.once('close', initialised);
    return initialised;
  }
  terminateLater(socket);
  socket.close(TOO_MANY_SOCKETS, 'Too many sockets of this address');
  return undefined;
}

/** A trace of its own: the socket's request is long over. */
function executeInSpan(tracer: Tracer, args: ExecutionArgs): Promise<ExecutionResult> {
  const operation = getOperationAST(args.document, args.operationName) ?? undefined;
  const sketch = { name: 'WebSocket /graphql', kind: 'server', attributes: operationAttributes(operation) } as const;
  return inSpan(tracer, sketch, () => Promise.resolve(execute(args)));
}

/** False closes the socket with 4403. */
async function connect(
  { deps: source, logger, addresses }: WebSocketDeps,
  sessions: SessionWatch,
  context: ConnectionContext,
): Promise<boolean> {
  const startedAt = performance.now();
  try {
    const { socket, address, initialised } = context.extra;
    const deps = requireDeps(source);
    const visitor = { address: () => address, addresses };
    const caller = await authenticate(deps, credentialsOf(context.connectionParams ?? {}), visitor);
    const letGo = await deps.slots.take(caller, 'sockets', timeLeft(startedAt));
    // Whoever left meanwhile tells it no more.
    if (socket.readyState === socket.OPEN) socket.once('close', letGo);
    else letGo();
    context.extra.caller = caller;
    initialised();
    sessions.watch(socket, caller);
    return true;
  } catch (error) {
    if (error instanceof AppError && error.code === 'UNAUTHENTICATED') return false;
    if (error instanceof AppError && error.code === 'RATE_LIMITED') {
      context.extra.socket.close(TOO_MANY_SOCKETS, error.publicMessage);
      return false;
    }
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

/** A context that knows what its operation took. */
interface CostedContext extends RequestContext {
  /** Undefined of a subscription: it is paid for once. */
  readonly cost: CostStatement | undefined;
}

const shown = (present: ErrorPresenter, cost: CostStatement | undefined, { errors, ...result }: ExecutionResult) => ({
  ...result,
  ...(errors && { errors: errors.map(present) }),
  ...(cost && { extensions: { cost } }),
});

/** What it holds is held until it ends, whoever ends it. */
async function subscribeWithin(
  { deps }: WebSocketDeps,
  args: SubscriptionExecution,
  shared: SharedResults,
): ReturnType<typeof subscribeByDelivery> {
  try {
    const { caller, startedAt } = args.contextValue;
    const letGo = await requireDeps(deps).slots.take(caller, 'subscriptions', timeLeft(startedAt));
    return await subscribeByDelivery(args, shared, letGo);
  } catch (error) {
    return { errors: [toGraphQLError(error)] };
  }
}

/** Everything that Apollo does for HTTP before the execution. Errors go to the client as the protocol's `error`. */
async function prepare(
  { schema, deps: source, documents, judge }: WebSocketDeps & { readonly judge: ReturnType<typeof createJudge> },
  context: ConnectionContext,
  payload: SubscribePayload,
): Promise<ExecutionArgs | SubscriptionExecution | GraphQLError[]> {
  const startedAt = performance.now();
  const { caller } = context.extra;
  try {
    if (caller === undefined) throw new AppError('UNAUTHENTICATED', 'The connection was not initialised.');
    if (Object.keys(context.subscriptions).length > OPERATIONS_MAX) {
      const words = `At most ${OPERATIONS_MAX} operations at a time over one socket.`;
      throw new AppError('RATE_LIMITED', words, { retryAfterMs: 1_000 });
    }
    const deps = requireDeps(source);
    const { budgets } = deps;
    await admitRequest(budgets, caller, startedAt);
    const asked = documents === undefined ? payload : { ...payload, query: documents.require(payload) };
    const judged = judge(asked);
    if (Array.isArray(judged)) return judged;
    const opened = await openRequest(deps, { caller, readAfter: readAfterOf(payload), startedAt });
    const commands = await admitOperation(budgets, opened, judged.weight);
    const isAnsweredOnce = judged.operation.operation !== OperationTypeNode.SUBSCRIPTION;
    const cost = isAnsweredOnce ? stateCost(budgets, caller, judged.weight.cost, deps.clock.now()) : undefined;
    const contextValue: CostedContext = { ...opened, commands, cost };
    const { operationName, variables: variableValues } = payload;
    const execution = { schema, document: judged.document, operationName, variableValues, contextValue };
    return isAnsweredOnce ? execution : { ...execution, question: questionOf(asked, caller) };
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
