import cors from '@fastify/cors';
import websocket from '@fastify/websocket';
import type { FastifyInstance, FastifyPluginAsync } from 'fastify';
import { handleProtocols } from 'graphql-ws';
import type { Logger } from 'pino';
import type { Running } from '../lifecycle.js';
import type { LimitsConfig } from '../limits-config.js';
import { buildParleySchema } from '../schema/build-schema.js';
import type { Meter } from '../telemetry/meter.js';
import type { Tracer } from '../tracing.js';
import { startApollo } from './graphql/apollo.js';
import { createAddressLimits } from './address-limits.js';
import { createAddressOf } from './client-address.js';
import { createErrorPresenter } from './graphql/errors.js';
import { LIMITS } from './graphql/limits.js';
import type { GraphqlDepsSource } from './graphql/request.js';
import { graphqlRoutes } from './graphql/routes.js';
import { documentRules } from './graphql/rules.js';
import { readTrustedDocuments } from './graphql/trusted-documents.js';
import { terminateLater } from './graphql/websocket-host.js';
import { createWebSocketHandler, type SocketCounts } from './graphql/websocket.js';
import { graphiqlRoutes } from './graphiql.js';

export interface ApiRoutes {
  /** Origins of pages that may call from a browser; `*`: all. */
  readonly corsOrigins: readonly string[];
  readonly isIntrospectionOn: boolean;
  readonly limits: LimitsConfig;
  /** Asked for each request, so that the server can listen and say what is missing before everything is there. */
  readonly graphql: GraphqlDepsSource;
  readonly meter: Pick<Meter, 'limited'>;
  /** More routes of the API, each in a scope of its own. */
  readonly routes: readonly FastifyPluginAsync[];
}

export interface AddedApi extends Running {
  sockets(): SocketCounts;
  endSockets(timeoutMs: number): Promise<void>;
}

/** Everything that only a process with the API answers: GraphQL over HTTP and WebSocket, GraphiQL, webhooks. */
export async function addApi(
  app: FastifyInstance,
  { corsOrigins, isIntrospectionOn, limits, graphql, routes, meter }: ApiRoutes,
  { logger, tracer }: { readonly logger: Logger; readonly tracer: Tracer },
): Promise<AddedApi> {
  const schema = buildParleySchema();
  const present = createErrorPresenter(logger);
  const { trustedDocuments } = limits;
  const documents = trustedDocuments === undefined ? undefined : readTrustedDocuments(trustedDocuments);
  const addresses = createAddressLimits({ ...limits, onRefused: (limit) => meter.limited(limit) });
  const addressOf = createAddressOf(limits.trustedProxies);
  const reach = { addresses, addressOf, documents };
  const server = { schema, rules: documentRules(isIntrospectionOn), deps: graphql, present, logger, tracer, ...reach };
  const apollo = await startApollo(server);
  const sockets = createWebSocketHandler(server);
  if (corsOrigins.length > 0) await app.register(cors, { origin: corsOrigins.includes('*') ? '*' : [...corsOrigins] });
  // For all routes: an upgrade elsewhere must not leave its connection behind either.
  await app.register(websocket, {
    options: { handleProtocols, maxPayload: LIMITS.bodyBytesMax },
    errorHandler: (_error, socket) => terminateLater(socket),
    preClose: leaveOpen,
  });
  const { handler } = apollo;
  await app.register(
    graphqlRoutes({ schema, handler, openSocket: sockets.open, corsOrigins, isIntrospectionOn, ...reach }),
  );
  await app.register(graphiqlRoutes);
  for (const route of routes) await app.register(route);
  return {
    sockets: () => sockets.count(),
    endSockets: (timeoutMs) => sockets.end(timeoutMs),
    stop: () => apollo.stop(),
  };
}

/** Sockets are closed by this server's own stop, with a code that says so. */
const leaveOpen = (done: () => void) => done();
