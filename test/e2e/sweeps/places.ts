import {
  getNamedType,
  isInputObjectType,
  isInterfaceType,
  isLeafType,
  isObjectType,
  isRequiredArgument,
  isUnionType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';
import { sampleOf, type Path, type Planted } from './sample.js';
import type { World } from './world.js';

export type OperationKind = 'query' | 'mutation' | 'subscription';

export interface Request {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Somewhere in the API that an id, or a page cursor, can be put. */
export interface Place {
  /** `Mutation.sendMessage(input.to.contactId)` */
  readonly name: string;
  readonly operation: OperationKind;
  /** A subscription without a past: who is let in hears nothing until something happens. */
  readonly isLiveOnly: boolean;
  /** As somebody asks whose world is given, who has `value` from somewhere. */
  request(world: World, value: string): Request;
}

type Field = GraphQLField<unknown, unknown>;

/** Every way to hand in an id, by the schema. @throws Error for one on a field that isn't a root's */
export const idPlaces = (schema: GraphQLSchema): readonly Place[] => placesOf(schema, ({ name }) => name === 'ID');

/** Every way to hand in what somebody wrote. */
export const textPlaces = (schema: GraphQLSchema): readonly Place[] =>
  placesOf(schema, ({ name }) => ['String', 'ID', 'PhoneNumber', 'JSONObject'].includes(name));

function placesOf(schema: GraphQLSchema, isWanted: (type: GraphQLNamedType) => boolean): readonly Place[] {
  const nested = objectTypes(schema).flatMap((type) =>
    fieldsOf(type)
      .filter((field) => field.args.some((arg) => !isPageArgument(arg) && pathsTo(isWanted, arg.type).length > 0))
      .map((field) => `${type.name}.${field.name}`),
  );
  if (nested.length > 0) throw new Error(`Say how these are asked: ${nested.join(', ')}.`);
  return roots(schema).flatMap(({ operation, type }) =>
    fieldsOf(type).flatMap((field) => field.args.flatMap((arg) => placesIn(isWanted, operation, type, field, arg))),
  );
}

const isPageArgument = ({ name }: GraphQLArgument): boolean => name === 'after' || name === 'before';

type IsWanted = (type: GraphQLNamedType) => boolean;

const placesIn = (
  isWanted: IsWanted,
  operation: OperationKind,
  root: GraphQLObjectType,
  field: Field,
  arg: GraphQLArgument,
): Place[] =>
  pathsTo(isWanted, arg.type).map((path) => ({
    name: `${root.name}.${field.name}(${[arg.name, ...path].join('.')})`,
    operation,
    isLiveOnly: operation === 'subscription' && !field.args.some(({ name }) => name === 'after'),
    request: (world, value) => requestOf({ operation, field, arg, world, planted: { path, value } }),
  }));

function pathsTo(isWanted: IsWanted, type: GraphQLInputType, above: readonly string[] = []): Path[] {
  const named = getNamedType(type);
  if (isWanted(named)) return [[]];
  if (!isInputObjectType(named) || above.includes(named.name)) return [];
  return Object.values(named.getFields()).flatMap((field) =>
    pathsTo(isWanted, field.type, [...above, named.name]).map((path) => [field.name, ...path]),
  );
}

/** Every `after` and `before` that takes a page cursor; each list is reached by its root, or by what it hangs on. */
export function pagePlaces(schema: GraphQLSchema): readonly Place[] {
  const query = schema.getQueryType();
  return [...(query ? [query] : []), ...objectTypes(schema)].flatMap((type) =>
    fieldsOf(type)
      .filter((field) => getNamedType(field.type).name.endsWith('Connection'))
      .flatMap((field) => field.args.filter(isPageCursor).map((arg) => pagePlace(schema, type, field, arg))),
  );
}

const isPageCursor = ({ name, type }: GraphQLArgument): boolean =>
  (name === 'after' || name === 'before') && getNamedType(type).name === 'String';

function pagePlace(schema: GraphQLSchema, type: GraphQLObjectType, field: Field, arg: GraphQLArgument): Place {
  const isRoot = type === schema.getQueryType();
  return {
    name: `${type.name}.${field.name}(${arg.name})`,
    operation: 'query',
    isLiveOnly: false,
    request(world, value) {
      const list = requestOf({ operation: 'query', field, arg, world, planted: { path: [], value } });
      if (isRoot) return list;
      const parent = type.name.toLowerCase();
      const id = Object.entries(world.ids).find(([kind]) => kind === parent)?.[1];
      if (id === undefined) throw new Error(`Say how a ${type.name} is reached.`);
      const inner = list.query.slice(list.query.indexOf('{'));
      const query = list.query.slice(0, list.query.indexOf('{')).replace('(', '($parent: ID!, ');
      return { query: `${query} { ${parent}(id: $parent) ${inner} }`, variables: { ...list.variables, parent: id } };
    },
  };
}

/** One root field, asked with what it must have and with what is planted. Subscriptions start at the beginning. */
function requestOf({
  operation,
  field,
  arg,
  world,
  planted,
}: {
  readonly operation: OperationKind;
  readonly field: Field;
  readonly arg: GraphQLArgument;
  readonly world: World;
  readonly planted: Planted;
}): Request {
  const given = field.args.filter((one) => one === arg || isRequiredArgument(one) || isStart(operation, one));
  const values = given.map((one) => [
    one.name,
    isStart(operation, one) ? world.start : sampleOf(one.type, one.name, world, one === arg ? planted : undefined),
  ]);
  const variables = given.map((one) => `$${one.name}: ${String(one.type)}`).join(', ');
  const passed = given.map(({ name }) => `${name}: $${name}`).join(', ');
  return {
    query: `${operation} (${variables}) { ${field.name}(${passed}) ${selectionOf(getNamedType(field.type), 2)} }`,
    variables: Object.fromEntries(values) as Record<string, unknown>,
  };
}

const isStart = (operation: OperationKind, { name }: GraphQLArgument) =>
  operation === 'subscription' && name === 'after';

/** What is said of it, and of what it holds so many levels below. */
function selectionOf(type: GraphQLNamedType, depth: number): string {
  if (isLeafType(type)) return '';
  if (isUnionType(type)) return '{ __typename }';
  const fields = isObjectType(type) || isInterfaceType(type) ? fieldsOf(type) : [];
  const asked = fields
    .filter(({ args }) => !args.some(isRequiredArgument))
    .flatMap((field) => {
      const named = getNamedType(field.type);
      if (isLeafType(named)) return [field.name];
      return depth === 0 ? [] : [`${field.name} ${selectionOf(named, depth - 1)}`];
    });
  return `{ ${['__typename', ...asked].join(' ')} }`;
}

const fieldsOf = (type: { getFields(): Record<string, Field> }): Field[] => Object.values(type.getFields());

const rootTypesOf = (schema: GraphQLSchema) => [
  ...[{ operation: 'query' as const, type: schema.getQueryType() }],
  ...[{ operation: 'mutation' as const, type: schema.getMutationType() }],
  ...[{ operation: 'subscription' as const, type: schema.getSubscriptionType() }],
];

const roots = (schema: GraphQLSchema) =>
  rootTypesOf(schema).flatMap(({ operation, type }) => (type ? [{ operation, type }] : []));

const objectTypes = (schema: GraphQLSchema): GraphQLObjectType[] => {
  const rootNames = roots(schema).map(({ type }) => type.name);
  return Object.values(schema.getTypeMap())
    .filter(isObjectType)
    .filter(({ name }) => !name.startsWith('__') && !rootNames.includes(name));
};
