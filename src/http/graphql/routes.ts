import '@fastify/websocket';
import type { FastifyPluginCallback, FastifyRequest } from 'fastify';
import { GraphQLError, lexicographicSortSchema, printSchema, type GraphQLSchema } from 'graphql';
import type { WebSocket } from 'ws';
import type { GraphqlHandler } from './apollo.js';
import { isOriginAllowed } from '../origins.js';
import { LIMITS } from './limits.js';
import { mediaTypeFor } from './media-type.js';
import { requireShortDocument } from './operation.js';

export interface GraphqlRoutesDeps {
  readonly schema: GraphQLSchema;
  readonly handler: GraphqlHandler;
  readonly openSocket: (socket: WebSocket) => void;
  readonly corsOrigins: readonly string[];
  /** Whether everybody may see the schema. */
  readonly isIntrospectionOn: boolean;
}

/** `/graphql` by POST, GET and WebSocket, and `/schema.graphql` where introspection is on. */
export const graphqlRoutes =
  ({ schema, handler, openSocket, corsOrigins, isIntrospectionOn }: GraphqlRoutesDeps): FastifyPluginCallback =>
  (app, _options, done) => {
    app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
      const status = error.statusCode ?? 500;
      const body = JSON.stringify({ errors: [transportError(error, status)] });
      return reply
        .code(status)
        .type(`${mediaTypeFor(request.headers.accept)}; charset=utf-8`)
        .send(body);
    });
    const judge = (request: FastifyRequest) => {
      const { query } = (request.body ?? request.query) as { query?: unknown };
      if (typeof query === 'string') requireShortDocument(query);
    };
    app.post<{ Reply: string }>('/graphql', {
      bodyLimit: LIMITS.bodyBytesMax,
      preHandler: (request, _reply, next) => next(faultOf(() => judge(request))),
      handler,
    });
    app.route<{ Reply: string }>({
      method: 'GET',
      url: '/graphql',
      exposeHeadRoute: false,
      preHandler: (request, reply, next) => {
        if (request.ws && !isOriginAllowed(request.headers.origin, request.headers.host, corsOrigins)) {
          void reply.code(403).send('This origin is not allowed (PARLEY_CORS_ORIGINS).');
          return;
        }
        next(request.ws ? undefined : faultOf(() => judge(request)));
      },
      handler,
      wsHandler: openSocket,
    });
    app.route({
      method: ['PUT', 'PATCH', 'DELETE'],
      url: '/graphql',
      handler: (_request, reply) => reply.code(405).header('allow', 'GET, POST').send(),
    });
    if (isIntrospectionOn) {
      const printed = `${printSchema(lexicographicSortSchema(schema))}\n`;
      app.get('/schema.graphql', (_request, reply) => reply.type('application/graphql; charset=utf-8').send(printed));
    }
    done();
  };

function faultOf(judge: () => void): (Error & { statusCode: number }) | undefined {
  try {
    judge();
    return undefined;
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    return Object.assign(new Error(error.message), { statusCode: 400 });
  }
}

const transportError = (error: Error, status: number) =>
  status >= 500
    ? { message: 'Something went wrong on our side.', extensions: { code: 'INTERNAL_SERVER_ERROR' } }
    : { message: error.message, extensions: { code: 'BAD_REQUEST' } };
