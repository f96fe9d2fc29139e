import '@fastify/websocket';
import type { FastifyPluginCallback, FastifyReply, FastifyRequest } from 'fastify';
import { GraphQLError, lexicographicSortSchema, printSchema, type GraphQLSchema } from 'graphql';
import type { WebSocket } from 'ws';
import { parseJson } from '../../providers/parse-json.js';
import type { AddressLimits } from '../address-limits.js';
import type { AddressOf } from '../client-address.js';
import type { GraphqlHandler } from './apollo.js';
import { isOriginAllowed } from '../origins.js';
import { LIMITS } from './limits.js';
import { mediaTypeFor } from './media-type.js';
import { requireShortDocument } from './operation.js';
import type { NamedDocument, TrustedDocuments } from './trusted-documents.js';

export interface GraphqlRoutesDeps {
  readonly schema: GraphQLSchema;
  readonly handler: GraphqlHandler;
  readonly openSocket: (socket: WebSocket, request: FastifyRequest) => void;
  readonly addresses: Pick<AddressLimits, 'mayOpen'>;
  readonly addressOf: AddressOf;
  readonly documents: TrustedDocuments | undefined;
  readonly corsOrigins: readonly string[];
  /** Whether everybody may see the schema. */
  readonly isIntrospectionOn: boolean;
}

/** `/graphql` by POST, GET and WebSocket, and `/schema.graphql` where introspection is on. */
export const graphqlRoutes =
  ({
    schema,
    handler,
    openSocket,
    corsOrigins,
    isIntrospectionOn,
    ...deps
  }: GraphqlRoutesDeps): FastifyPluginCallback =>
  (app, _options, done) => {
    app.setErrorHandler(answerError);
    const judge = createFirstJudge(deps.documents);
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
        if (request.ws && !deps.addresses.mayOpen(deps.addressOf(request))) {
          void reply.code(429).header('retry-after', INIT_SECONDS).send('Too many sockets of this address wait.');
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

/** Whoever doesn't say who he is goes after so long. */
const INIT_SECONDS = 3;

interface Refusal extends Error {
  readonly statusCode?: number;
  readonly graphqlCode?: unknown;
}

function answerError(error: Refusal, { headers: { accept } }: FastifyRequest, reply: FastifyReply): FastifyReply {
  const status = error.statusCode ?? 500;
  return reply
    .code(status)
    .type(`${mediaTypeFor(accept)}; charset=utf-8`)
    .send(JSON.stringify({ errors: [transportError(error, status)] }));
}

/** Before anything of a document is parsed: how long it is, and, where they are listed, whether it is one of them. */
const createFirstJudge = (documents: TrustedDocuments | undefined) => (request: FastifyRequest) => {
  if (documents !== undefined) {
    askTrusted(documents, request);
    return;
  }
  const { query } = (request.body ?? request.query) as NamedDocument;
  if (typeof query === 'string') requireShortDocument(query);
};

/** Puts the listed document into the request, and leaves nothing in it that names another. */
function askTrusted(documents: TrustedDocuments, request: FastifyRequest): void {
  if (request.method === 'GET') {
    const given = request.query as Readonly<Record<string, string>>;
    const { documentId, extensions, ...rest } = given;
    const told = extensions === undefined ? undefined : parseJson(extensions);
    const query = documents.require({ query: given['query'], documentId, extensions: told });
    request.raw.url = `/graphql?${new URLSearchParams({ ...rest, query }).toString()}`;
    return;
  }
  const { documentId: _named, extensions: _extensions, ...rest } = (request.body ?? {}) as NamedDocument;
  request.body = { ...rest, query: documents.require(request.body ?? {}) };
}

function faultOf(judge: () => void): (Error & { statusCode: number }) | undefined {
  try {
    judge();
    return undefined;
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    return Object.assign(new Error(error.message), { statusCode: 400, graphqlCode: error.extensions['code'] });
  }
}

const transportError = (error: Refusal, status: number) =>
  status >= 500
    ? { message: 'Something went wrong on our side.', extensions: { code: 'INTERNAL_SERVER_ERROR' } }
    : { message: error.message, extensions: { code: error.graphqlCode ?? 'BAD_REQUEST' } };
