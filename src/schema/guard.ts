import {
  defaultFieldResolver,
  getNamedType,
  getNullableType,
  isListType,
  isNonNullType,
  isObjectType,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';
import { forbiddenToClients, lacksScope } from '../access/refusals.js';
import type { Scope } from '../access/caller.js';
import { FIELD_SCOPES, furtherScopeOf, OBJECT_SCOPES, OPERATION_RULES, ruleOf, type Rule } from '../access/matrix.js';
import type { RequestContext } from '../resolvers/context.js';
import { emptyConnection } from '../resolvers/page.view.js';

type Field = GraphQLField<unknown, RequestContext>;
type Resolve = NonNullable<Field['resolve']>;

/**
 * Puts the matrix (`access/matrix.ts`) in front of every field that it speaks of. An operation without its scope is
 * FORBIDDEN; an object or a field that needs a further one is null without an error, and a list of such objects empty: one
 * refused field must not take the list with it.
 * @throws Error naming every operation and object without a rule, and every rule of what isn't there
 */
export function guardSchema(schema: GraphQLSchema): void {
  const faults = faultsOf(schema);
  if (faults.length > 0)
    throw new Error(`The matrix of src/access/matrix.ts and the schema differ: ${faults.join('; ')}`);
  const roots = rootsOf(schema);
  for (const type of objectTypesOf(schema)) {
    for (const field of fieldsOf(type)) {
      if (roots.includes(type)) guardOperation(field, ruleOf(type.name, field.name));
      else guardField(type, field);
    }
  }
}

/** Operations and objects without a rule, rules without either, and fields that could not be refused. */
export function faultsOf(schema: GraphQLSchema): readonly string[] {
  const types = objectTypesOf(schema);
  const names = types.flatMap((type) => Object.keys(type.getFields()).map((field) => `${type.name}.${field}`));
  const operations = rootsOf(schema).flatMap((type) =>
    Object.keys(type.getFields()).map((name) => [type.name, name] as const),
  );
  const nodes = types.filter((type) => type.getInterfaces().some(({ name }) => name === 'Node'));
  return [
    ...operations
      .filter(([type, name]) => ruleOf(type, name) === undefined)
      .map((field) => `${field.join('.')} has no rule`),
    ...nodes.filter(({ name }) => OBJECT_SCOPES[name] === undefined).map(({ name }) => `${name} has no scope`),
    ...[...Object.keys(OPERATION_RULES), ...Object.keys(FIELD_SCOPES)]
      .filter((name) => !names.includes(name))
      .map((name) => `there is no ${name}`),
    ...types.flatMap((type) =>
      fieldsOf(type)
        .filter((field) => furtherScope(type, field) !== undefined && refusedValue(field) === undefined)
        .map((field) => `${type.name}.${field.name} can't be null`),
    ),
  ];
}

const rootsOf = (schema: GraphQLSchema): readonly GraphQLObjectType[] =>
  [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].filter((type) => !!type);

/** graphql-js leaves open what its context is: it is ours. */
const fieldsOf = (type: GraphQLObjectType): readonly Field[] => Object.values(type.getFields()) as Field[];

const objectTypesOf = (schema: GraphQLSchema): readonly GraphQLObjectType[] =>
  Object.values(schema.getTypeMap()).filter(
    (type) => isObjectType(type) && !type.name.startsWith('__'),
  ) as GraphQLObjectType[];

function guardOperation(field: Field, rule: Rule | undefined): void {
  if (rule === undefined) throw new TypeError('An operation without a rule.');
  if (field.subscribe) field.subscribe = behind(rule, field.subscribe);
  else field.resolve = behind(rule, field.resolve ?? defaultFieldResolver);
}

const behind =
  (rule: Rule, resolve: Resolve): Resolve =>
  (source, args, context, info) => {
    requireRule(rule, context);
    return resolve(source, args, context, info);
  };

/** @throws AppError FORBIDDEN */
function requireRule({ scope, isForClients }: Rule, { caller }: RequestContext): void {
  if (caller.limits !== undefined && !isForClients) throw forbiddenToClients();
  if (scope !== 'ANY' && !caller.scopes.has(scope)) throw lacksScope(scope);
}

function guardField(type: GraphQLObjectType, field: Field): void {
  const scope = furtherScope(type, field);
  const refused = refusedValue(field);
  if (scope === undefined || refused === undefined) return;
  const resolve = field.resolve ?? defaultFieldResolver;
  field.resolve = (source, args, context, info) =>
    context.caller.scopes.has(scope) ? resolve(source, args, context, info) : refused();
}

function furtherScope(type: GraphQLObjectType, field: Field): Scope | undefined {
  const { name } = getNamedType(field.type);
  return furtherScopeOf(type.name, field.name, name.replace(/Connection$/, ''));
}

/** What stands in the place of what one may not see; undefined: nothing can. */
function refusedValue({ type }: Field): (() => unknown) | undefined {
  if (!isNonNullType(type)) return () => null;
  if (getNamedType(type).name.endsWith('Connection')) return emptyConnection;
  return isListType(getNullableType(type)) ? () => [] : undefined;
}
