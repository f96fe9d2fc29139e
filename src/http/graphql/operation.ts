import {
  GraphQLError,
  OperationTypeNode,
  getOperationAST,
  parse,
  specifiedRules,
  validate,
  type DocumentNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type ValidationRule,
} from 'graphql';
import { createRecent, type Recent } from '../../recent.js';
import type { SpanAttributes } from '../../tracing.js';
import { requireAffordable, type Weight } from './cost.js';
import { LIMITS } from './limits.js';

/** An operation as a WebSocket brings it. */
export interface OperationRequest {
  readonly query: string;
  readonly operationName?: string | null | undefined;
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined;
}

export interface JudgedOperation {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly weight: Weight;
}

/** A page has a handful of documents, and its thousand copies the same ones. Of 1,000 tokens one takes 300 kB. */
const DOCUMENTS_KEPT = 100;

interface JudgeDeps {
  readonly schema: GraphQLSchema;
  readonly rules: readonly ValidationRule[];
}

/**
 * Apollo does these steps for HTTP; its plugins never see a WebSocket, so there they are done here, with the same codes.
 * Who asks the same shares the document: a subscription holds it for as long as it lives.
 */
export function createJudge(deps: JudgeDeps): (request: OperationRequest) => JudgedOperation | GraphQLError[] {
  const documents = createRecent<DocumentNode>(DOCUMENTS_KEPT);
  return (request) => judgeOperation({ ...deps, documents }, request);
}

function judgeOperation(
  { schema, rules, documents }: JudgeDeps & { readonly documents: Recent<DocumentNode> },
  request: OperationRequest,
): JudgedOperation | GraphQLError[] {
  try {
    requireShortDocument(request.query);
    const known = documents.get(request.query);
    const document = known ?? parseDocument(request.query);
    const faults = known ? [] : validate(schema, document, [...specifiedRules, ...rules]);
    if (faults.length > 0) return faults.map((fault) => withCode(fault, 'GRAPHQL_VALIDATION_FAILED'));
    documents.set(request.query, document);
    const operation = requireOperation(document, request.operationName);
    const weight = requireAffordable(schema, document, operation, request.variables ?? {});
    return { document, operation, weight };
  } catch (error) {
    if (error instanceof GraphQLError) return [error];
    throw error;
  }
}

/** @throws GraphQLError BAD_REQUEST */
export function requireShortDocument(query: string): void {
  if (query.length <= LIMITS.documentCharactersMax) return;
  throw new GraphQLError(`The document is too long: at most ${LIMITS.documentCharactersMax} characters.`, {
    extensions: { code: 'BAD_REQUEST', http: { status: 400 } },
  });
}

/** Of a span. */
export const operationAttributes = (operation: OperationDefinitionNode | undefined): SpanAttributes => ({
  'graphql.operation.type': operation?.operation,
  'graphql.operation.name': operation?.name?.value,
});

/** @throws GraphQLError BAD_REQUEST: a subscription needs a socket */
export function refuseSubscription(operation: OperationDefinitionNode): void {
  if (operation.operation !== OperationTypeNode.SUBSCRIPTION) return;
  throw new GraphQLError('Subscriptions run over WebSocket (graphql-transport-ws) at this same address.', {
    extensions: { code: 'BAD_REQUEST', http: { status: 400 } },
  });
}

function parseDocument(query: string): DocumentNode {
  try {
    return parse(query, { maxTokens: LIMITS.tokensMax });
  } catch (error) {
    throw error instanceof GraphQLError ? withCode(error, 'GRAPHQL_PARSE_FAILED') : error;
  }
}

function requireOperation(document: DocumentNode, name: string | null | undefined): OperationDefinitionNode {
  const operation = getOperationAST(document, name);
  if (operation) return operation;
  throw new GraphQLError('The document has no such operation, or several and no `operationName` to choose one.', {
    extensions: { code: 'OPERATION_RESOLUTION_FAILURE' },
  });
}

const withCode = (error: GraphQLError, code: string) =>
  new GraphQLError(error.message, {
    nodes: error.nodes,
    source: error.source,
    positions: error.positions,
    extensions: { ...error.extensions, code },
  });
