import {
  GraphQLError,
  Kind,
  getNamedType,
  getVariableValues,
  isCompositeType,
  isListType,
  isNonNullType,
  type DocumentNode,
  type GraphQLOutputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { getComplexity, type ComplexityEstimatorArgs } from 'graphql-query-complexity';
import { BATCH_MESSAGES_MAX } from '../../events/commands/commands.js';
import { STATISTICS_ROWS_MAX } from '../../events/queries/message-statistics.js';
import { PAGE_SIZE_DEFAULT } from '../../resolvers/arguments.js';

/**
 * In fields answered: an inbox of 100 conversations with contact and last message is some 2,000, with the last 25
 * messages of each some 15,000. At about 1 µs CPU a field the dearest request takes the process for tens of ms.
 */
export const COST_MAX = 25_000;
/** A list that isn't paged (a timeline, the addresses of a contact) is short. */
const SHORT_LIST_LENGTH = 5;
/**
 * Of what messages say: most have none or one of each. Counted as 5, the cards of a carousel with their actions alone were
 * 96 fields a message, and no batch of 500 could have asked for them.
 */
const CONTENT_LIST_LENGTH = 2;
const CONTENT_PIECES: ReadonlySet<string> = new Set([
  ...['Action', 'Card', 'ContactCard', 'ListSection', 'Media', 'TemplateParameter'],
]);
/** What is reached as of a moment is folded of its events, not read from rows: 2 to 2.4 times the CPU (measured). */
const PAST_WEIGHT = 3;
/** Above it the walk over all spreads is itself the attack. */
const WALK_MAX = 5_000;
/** What is remembered of one document: clients ask for few page sizes. */
const SHAPES_MAX = 100;

/**
 * What was found affordable, by operation and the shape of its variables: a document that comes again, as Apollo keeps
 * them parsed, is not walked again (a tenth of what a send costs).
 */
const affordable = new WeakMap<DocumentNode, Map<string, Weight>>();

/** What an operation takes of its key's budgets. */
export interface Weight {
  /** In fields. 0 where its variables don't fit, for nothing is executed then. */
  readonly cost: number;
  /** Messages that it may send; those of batches among them. */
  readonly sends: number;
  readonly batched: number;
}

const NOTHING: Weight = { cost: 0, sends: 0, batched: 0 };

/**
 * What it weighs, which is no more than anybody may ask for at once.
 * @throws GraphQLError QUERY_TOO_COMPLEX, or BAD_USER_INPUT for an argument that its variables make unfit
 */
export function requireAffordable(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): Weight {
  const shapes = affordable.get(document) ?? new Map<string, Weight>();
  const shape = shapeOf(operation, variables);
  const known = shapes.get(shape);
  if (known !== undefined) return known;
  // Variables that don't fit are the execution's to tell, which then answers nothing.
  if (getVariableValues(schema, operation.variableDefinitions ?? [], variables).errors) return NOTHING;
  const weight = weigh(schema, document, operation, variables);
  const { cost } = weight;
  if (cost <= COST_MAX) {
    if (shapes.size < SHAPES_MAX) affordable.set(document, shapes.set(shape, weight));
    return weight;
  }
  throw tooComplex(
    `The operation may answer ${cost} fields; at most ${COST_MAX}. Ask for smaller pages or fewer fields.`,
  );
}

/** All of the variables that `estimate` may come to see: how large, how long, whether there. Never what they say. */
const shapeOf = (operation: OperationDefinitionNode, variables: Readonly<Record<string, unknown>>): string =>
  [
    operation.name?.value ?? '',
    ...(operation.variableDefinitions ?? []).map(({ variable }) => sizeOf(variables[variable.name.value])),
  ].join(' ');

function sizeOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.length}]`;
  if (typeof value === 'object' && value !== null) return `{${sizeOf((value as { messages?: unknown }).messages)}}`;
  return typeof value === 'string' ? 'text' : String(value);
}

function weigh(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): Weight {
  let [sends, batched] = [0, 0];
  const count = (asked: ComplexityEstimatorArgs): number => {
    if (asked.field.name === 'sendMessage') sends += 1;
    if (asked.field.name === 'sendMessages') batched += batchSizeOf(asked.args);
    return estimate(asked);
  };
  const fragments = document.definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION);
  const query: DocumentNode = { kind: Kind.DOCUMENT, definitions: [operation, ...fragments] };
  try {
    const asked = { schema, query, variables: { ...variables }, maxQueryNodes: WALK_MAX };
    const cost = getComplexity({ ...asked, estimators: [count] });
    return { cost, sends: sends + batched, batched };
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    throw error.message.includes('number of nodes')
      ? tooComplex('The operation spreads into too many fields.')
      : badArgument(error);
  }
}

/** A variable may be null where what it stands in may not: only its value tells, and no validation. */
const badArgument = ({ message, nodes }: GraphQLError) =>
  new GraphQLError(message, { nodes, extensions: { code: 'BAD_USER_INPUT', http: { status: 400 } } });

const tooComplex = (message: string) =>
  new GraphQLError(message, { extensions: { code: 'QUERY_TOO_COMPLEX', http: { status: 400 } } });

function estimate({ field, args, childComplexity }: ComplexityEstimatorArgs): number {
  if (field.name.startsWith('__')) return 0;
  return 1 + repetitionsOf(field.type, field.name, args) * childComplexity;
}

/** How often what is selected under a field may be answered. */
function repetitionsOf(type: GraphQLOutputType, name: string, args: Readonly<Record<string, unknown>>): number {
  const named = getNamedType(type);
  if (!isCompositeType(named)) return 1;
  if (named.name.endsWith('Connection')) return pageSizeOf(args);
  if (Array.isArray(args['ids'])) return args['ids'].length;
  if (name === 'sendMessages') return batchSizeOf(args);
  if (name === 'messageStatistics') return STATISTICS_ROWS_MAX;
  if (args['asOf'] !== null && args['asOf'] !== undefined) return PAST_WEIGHT;
  const isList = isListType(isNonNullType(type) ? type.ofType : type);
  if (!isList || COUNTED_ABOVE.has(name)) return 1;
  return CONTENT_PIECES.has(named.name) ? CONTENT_LIST_LENGTH : SHORT_LIST_LENGTH;
}

/** The connection, or the batch, counted its items already. */
const COUNTED_ABOVE: ReadonlySet<string> = new Set(['nodes', 'edges', 'results']);

/** Above the bound nothing is answered but that it is too large. */
function batchSizeOf({ input }: Readonly<Record<string, unknown>>): number {
  const messages = typeof input === 'object' && input !== null && 'messages' in input ? input.messages : undefined;
  return Array.isArray(messages) ? Math.min(Math.max(1, messages.length), BATCH_MESSAGES_MAX) : 1;
}

const pageSizeOf = ({ first, last }: Readonly<Record<string, unknown>>): number => {
  const size = first ?? last;
  return typeof size === 'number' ? Math.max(1, size) : PAGE_SIZE_DEFAULT;
};
