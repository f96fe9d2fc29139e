import fastify, { type FastifyPluginAsync } from 'fastify';
import type { Logger } from 'pino';
import type { Running } from '../lifecycle.js';
import type { ApiRoutes } from './api.js';
import { prepareDrain } from './drain.js';
import type { SocketCounts } from './graphql/websocket.js';
import { healthRoutes, type Readiness } from './health.js';
import type { Tracer } from '../tracing.js';
import { listenOn } from './listen.js';
import { traceRequests } from './request-spans.js';

export interface HttpServerDeps {
  /** Undefined where another process answers requests: what is asked of this one is 404. */
  readonly api: ApiRoutes | undefined;
  /** More routes, each in a scope of its own. */
  readonly routes: readonly FastifyPluginAsync[];
  readonly readiness: () => Promise<Readiness>;
  readonly logger: Logger;
  readonly tracer: Tracer;
}

export interface HttpServer extends Running {
  /** Undefined without the API. */
  sockets(): SocketCounts | undefined;
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
  traceRequests(app, deps.tracer);
  // Loaded only where it is needed: GraphQL is 1 s of CPU, which a worker's process can do without.
  const api = deps.api && (await (await import('./api.js')).addApi(app, deps.api, deps));
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
    sockets: () => api?.sockets(),
    listen: (host, port, isDefault) => listenOn(app, host, port, isDefault),
    stop: () => (stopping ??= stop()),
  };
}
