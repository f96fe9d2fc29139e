import cors from '@fastify/cors';
import websocket from '@fastify/websocket';
import fastify, { type FastifyInstance, type FastifyPluginAsync } from 'fastify';
import { handleProtocols } from 'graphql-ws';
import type { Logger } from 'pino';
import type { Running } from '../lifecycle.js';
import { buildParleySchema } from '../schema/build-schema.js';
import { prepareDrain } from './drain.js';
import { startApollo } from './graphql/apollo.js';
import { createErrorPresenter } from './graphql/errors.js';
import { LIMITS } from './graphql/limits.js';
import type { GraphqlDepsSource } from './graphql/request.js';
import { graphqlRoutes } from './graphql/routes.js';
import { terminateLater } from './graphql/websocket-host.js';
import { createWebSocketHandler } from './graphql/websocket.js';
import { graphiqlRoutes } from './graphiql.js';
import { healthRoutes, type Readiness } from './health.js';
import { listenOn } from './listen.js';

export interface HttpServerDeps {
  /** Undefined where another process answers requests: what is asked of this one is 404. */
  readonly api: ApiRoutes | undefined;
  /** More routes, each in a scope of its own. */
  readonly routes: readonly FastifyPluginAsync[];
  readonly readiness: () => Promise<Readiness>;
  readonly logger: Logger;
}

export interface ApiRoutes {
  /** Origins of pages that may call from a browser; `*`: all. */
  readonly corsOrigins: readonly string[];
  /** Asked for each request, so that the server can listen and say what is missing before everything is there. */
  readonly graphql: GraphqlDepsSource;
  /** More routes of the API, each in a scope of its own. */
  readonly routes: readonly FastifyPluginAsync[];
}

export interface HttpServer extends Running {
  /** Answers the address as a URL. @throws Error when a port that was asked for is taken */
  listen(host: string, port: number, isDefault: boolean): Promise<string>;
}

/** How long a body may take to arrive. */
const REQUEST_TIMEOUT_MS = 30_000;
/** Of the 10 s in which the process must be gone: a send waits at most 5 s for the log, the workers stop afterwards. */
const DRAIN_MS = 5_500;
const SOCKETS_SETTLE_MS = 4_000;

/** Everything that this process answers over HTTP and WebSocket. */
export async function createHttpServer(deps: HttpServerDeps): Promise<HttpServer> {
  const app = fastify({
    logger: false,
    requestTimeout: REQUEST_TIMEOUT_MS,
  });
  const drain = prepareDrain(app);
  const api = deps.api && (await addApi(app, deps.api, deps.logger));
  await app.register(healthRoutes(deps.readiness));
  for (const route of deps.routes) await app.register(route);
  await app.ready();
  let stopping: Promise<void> | undefined;
  const stop = async () => {
    await Promise.all([drain.run(DRAIN_MS), api?.endSockets(SOCKETS_SETTLE_MS)]);
    await app.close();
    await api?.stop();
  };
  return {
    listen: (host, port, isDefault) => listenOn(app, host, port, isDefault),
    stop: () => (stopping ??= stop()),
  };
}

interface AddedApi extends Running {
  endSockets(timeoutMs: number): Promise<void>;
}

async function addApi(
  app: FastifyInstance,
  { corsOrigins, graphql, routes }: ApiRoutes,
  logger: Logger,
): Promise<AddedApi> {
  const schema = buildParleySchema();
  const present = createErrorPresenter(logger);
  const apollo = await startApollo({ schema, deps: graphql, present, logger });
  const sockets = createWebSocketHandler({ schema, deps: graphql, present, logger });
  if (corsOrigins.length > 0) await app.register(cors, { origin: corsOrigins.includes('*') ? '*' : [...corsOrigins] });
  // For all routes: an upgrade elsewhere must not leave its connection behind either.
  await app.register(websocket, {
    options: { handleProtocols, maxPayload: LIMITS.bodyBytesMax },
    errorHandler: (_error, socket) => terminateLater(socket),
    preClose: leaveOpen,
  });
  await app.register(graphqlRoutes({ schema, handler: apollo.handler, openSocket: sockets.open, corsOrigins }));
  await app.register(graphiqlRoutes);
  for (const route of routes) await app.register(route);
  return { endSockets: (timeoutMs) => sockets.end(timeoutMs), stop: () => apollo.stop() };
}

/** Sockets are closed by this server's own stop, with a code that says so. */
const leaveOpen = (done: () => void) => done();
