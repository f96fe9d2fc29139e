import { ApolloServer, HeaderMap, type ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import type {
  FastifyRequest,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
  RouteHandlerMethod,
} from 'fastify';
import { GraphQLError, type GraphQLSchema, type ValidationRule } from 'graphql';
import type { Logger } from 'pino';
import type { Running } from '../../lifecycle.js';
import type { RequestContext } from '../../resolvers/context.js';
import { admitOperation, admitRequest, stateCost } from './admission.js';
import { requireAffordable, type Weight } from './cost.js';
import { toGraphQLError, type ErrorPresenter } from './errors.js';
import { LIMITS } from './limits.js';
import type { Tracer } from '../../tracing.js';
import { operationAttributes, refuseSubscription } from './operation.js';
import type { AddressLimits } from '../address-limits.js';
import type { AddressOf } from '../client-address.js';
import { authenticate, openRequest, requireDeps, type GraphqlDepsSource } from './request.js';

/** Answers text, which `Reply` of its route must say. */
export type GraphqlHandler = RouteHandlerMethod<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  { Reply: string }
>;

export interface ApolloDeps {
  readonly schema: GraphQLSchema;
  readonly rules: readonly ValidationRule[];
  readonly deps: GraphqlDepsSource;
  readonly present: ErrorPresenter;
  readonly logger: Logger;
  readonly tracer: Tracer;
  readonly addresses: AddressLimits;
  readonly addressOf: AddressOf;
}

/** GraphQL over HTTP: POST, and GET for queries. */
export async function startApollo(server: ApolloDeps): Promise<Running & { readonly handler: GraphqlHandler }> {
  const { schema, rules, deps, present, logger, tracer } = server;
  const apollo = new ApolloServer<RequestContext>({
    schema,
    // A page elsewhere can't send any of these unasked, the key among them: nobody who says who he is needs one more.
    csrfPrevention: { requestHeaders: ['authorization', 'x-api-key', 'apollo-require-preflight'] },
    allowBatchedHttpRequests: false,
    includeStacktraceInErrorResponses: false,
    // Whether it is answered is one of the rules.
    introspection: true,
    // Main ends the process in an order of its own.
    stopOnTerminationSignals: false,
    parseOptions: { maxTokens: LIMITS.tokensMax },
    validationRules: [...rules],
    formatError: (_formatted, error) => present(error),
    logger: withoutContent(logger),
    plugins: [
      // It wraps every field: ×1.4 on an inbox query (measured), for a header that nobody caches by.
      ApolloServerPluginCacheControlDisabled(),
      // It loads from a CDN, and this server has GraphiQL of its own.
      ApolloServerPluginLandingPageDisabled(),
      // Nothing leaves this server because somebody's shell has an APOLLO_KEY.
      ApolloServerPluginUsageReportingDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      costPlugin(schema, deps),
      ...(tracer.isOn ? [spanPlugin(tracer)] : []),
    ],
  });
  await apollo.start();
  const handler = fastifyApolloHandler(apollo, { context: (request) => openHttpRequest(server, request) });
  return { handler, stop: () => apollo.stop() };
}

/** What is judged between validation and execution, and told with the answer. */
const costPlugin = (schema: GraphQLSchema, source: GraphqlDepsSource): ApolloServerPlugin<RequestContext> => ({
  requestDidStart: () => {
    let weight: Weight | undefined;
    return Promise.resolve({
      async didResolveOperation({ document, operation, request, contextValue }) {
        if (operation === undefined) return;
        refuseSubscription(operation);
        weight = requireAffordable(schema, document, operation, request.variables ?? {});
        await admit(source, contextValue, weight);
      },
      willSendResponse({ response: { body }, contextValue }) {
        const deps = source();
        if (weight === undefined || deps === undefined || body.kind !== 'single') return Promise.resolve();
        const cost = stateCost(deps.budgets, contextValue.caller, weight.cost, deps.clock.now());
        body.singleResult.extensions = { ...body.singleResult.extensions, cost };
        return Promise.resolve();
      },
    });
  },
});

/** @throws GraphQLError */
async function admit(source: GraphqlDepsSource, context: RequestContext, weight: Weight): Promise<void> {
  try {
    const commands = await admitOperation(requireDeps(source).budgets, context, weight);
    // Apollo takes no other context for this one.
    if (commands !== context.commands) Object.assign(context, { commands });
  } catch (error) {
    throw withHeaderMap(toGraphQLError(error));
  }
}

/** What is asked, by its name: variables and arguments are what somebody wrote. */
const spanPlugin = (tracer: Tracer): ApolloServerPlugin => ({
  requestDidStart: () =>
    Promise.resolve({
      didResolveOperation({ operation }) {
        tracer.note(operationAttributes(operation));
        return Promise.resolve();
      },
    }),
});

async function openHttpRequest(
  { deps: source, addresses, addressOf }: ApolloDeps,
  request: FastifyRequest,
): Promise<RequestContext> {
  const startedAt = performance.now();
  const { headers } = request;
  try {
    const deps = requireDeps(source);
    const apiKey = textOf(headers['x-api-key']);
    const visitor = { address: () => addressOf(request), addresses };
    const caller = await authenticate(deps, { authorization: headers.authorization, apiKey }, visitor);
    await admitRequest(deps.budgets, caller, startedAt);
    return await openRequest(deps, { caller, readAfter: textOf(headers['x-parley-after']), startedAt });
  } catch (error) {
    throw withHeaderMap(toGraphQLError(error));
  }
}

const textOf = (header: string | string[] | undefined): string | undefined =>
  typeof header === 'string' ? header : header?.[0];

/** Apollo reads headers off an error only as its own kind of map. */
function withHeaderMap(error: GraphQLError): GraphQLError {
  const http = error.extensions['http'] as { status: number; headers?: ReadonlyMap<string, string> } | undefined;
  if (http?.headers === undefined) return error;
  const headers = new HeaderMap(http.headers);
  return new GraphQLError(error.message, {
    originalError: error.originalError,
    extensions: { ...error.extensions, http: { status: http.status, headers } },
  });
}

/** Apollo's own lines may quote a request: only that there was one is kept. */
const withoutContent = (logger: Logger) => ({
  debug: () => undefined,
  info: () => undefined,
  warn: () => logger.warn('Apollo Server warns.'),
  error: () => logger.error('Apollo Server reports an error.'),
});
