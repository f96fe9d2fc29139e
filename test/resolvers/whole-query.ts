import {
  getNamedType,
  isAbstractType,
  isLeafType,
  isObjectType,
  isRequiredArgument,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';

/** How far a query goes through objects that hang on the items of a list. */
const DEPTH = 3;
const NESTED_PAGE = 2;

/** Root fields that answer a connection. */
export const rootConnections = (schema: GraphQLSchema): string[] =>
  Object.values(schema.getQueryType()?.getFields() ?? {})
    .filter(({ type }) => isConnection(getNamedType(type)))
    .map(({ name }) => name);

/** Fields of objects that answer a connection, as `Type.field`. */
export const nestedConnections = (schema: GraphQLSchema): string[] =>
  Object.values(schema.getTypeMap())
    .filter((type) => isObjectType(type) && type !== schema.getQueryType())
    .flatMap((type) => Object.values((type as GraphQLObjectType).getFields()).map((field) => ({ type, field })))
    .filter(({ field }) => isConnection(getNamedType(field.type)))
    .map(({ type, field }) => `${type.name}.${field.name}`);

const isConnection = (type: GraphQLNamedType): type is GraphQLObjectType =>
  isObjectType(type) && type.name.endsWith('Connection');

/**
 * Everything that can be reached from the items of a list, each type once on every way.
 * @param given what the list needs beside the size of the page
 */
export function wholeQuery(schema: GraphQLSchema, root: string, given = ''): string {
  const field = schema.getQueryType()?.getFields()[root];
  if (field === undefined) throw new Error(`There is no Query.${root}.`);
  const missing = field.args.filter((arg) => isRequiredArgument(arg) && !given.includes(`${arg.name}:`));
  if (missing.length > 0) throw new Error(`Say what Query.${root} is to be asked with.`);
  const nodes = nodeTypeOf(getNamedType(field.type));
  return `query ($first: Int) { ${root}(first: $first${given}) { nodes ${selectionOf(schema, nodes, [])} } }`;
}

function nodeTypeOf(connection: GraphQLNamedType): GraphQLNamedType {
  const nodes = isObjectType(connection) ? connection.getFields()['nodes'] : undefined;
  if (nodes === undefined) throw new Error(`${connection.name} has no nodes.`);
  return getNamedType(nodes.type);
}

function selectionOf(schema: GraphQLSchema, type: GraphQLNamedType, above: readonly string[]): string {
  if (isAbstractType(type)) {
    const kinds = schema
      .getPossibleTypes(type)
      .map((kind) => `... on ${kind.name} ${selectionOf(schema, kind, above)}`);
    return `{ __typename ${kinds.join(' ')} }`;
  }
  if (!isObjectType(type)) return '';
  const path = [...above, type.name];
  const fields = Object.values(type.getFields()).flatMap((field) => fieldOf(schema, type, field, path));
  return `{ ${['__typename', ...fields].join(' ')} }`;
}

function fieldOf(
  schema: GraphQLSchema,
  owner: GraphQLNamedType,
  field: GraphQLField<unknown, unknown>,
  path: readonly string[],
): string[] {
  const type = getNamedType(field.type);
  if (field.args.some(isRequiredArgument)) throw new Error(`${owner.name}.${field.name} needs an argument.`);
  // Kinds of content say one thing in several types.
  const name = `${owner.name}_${field.name}: ${field.name}`;
  if (isLeafType(type)) return [name];
  if (path.length > DEPTH) return [];
  if (isConnection(type)) {
    const nodes = nodeTypeOf(type);
    if (path.includes(nodes.name)) return [];
    return [`${name}(first: ${NESTED_PAGE}) { nodes ${selectionOf(schema, nodes, path)} }`];
  }
  return path.includes(type.name) ? [`${name} { __typename }`] : [`${name} ${selectionOf(schema, type, path)}`];
}
