import {
  getNullableType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  getNamedType,
  isListType,
  isNonNullType,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLSchema,
} from 'graphql';

export interface MinimalOperation {
  readonly kind: 'query' | 'mutation' | 'subscription';
  /** `Query.message`, as the matrix has it. */
  readonly name: string;
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** One for each field of the schema's roots, with the arguments that it can't do without: ids that are none. */
export function minimalOperations(schema: GraphQLSchema): readonly MinimalOperation[] {
  const roots = [
    ['query', schema.getQueryType()],
    ['mutation', schema.getMutationType()],
    ['subscription', schema.getSubscriptionType()],
  ] as const;
  return roots.flatMap(([kind, type]) =>
    Object.values(type?.getFields() ?? {}).map((field) => operationOf(kind, type?.name ?? '', field)),
  );
}

function operationOf(
  kind: MinimalOperation['kind'],
  typeName: string,
  field: GraphQLField<unknown, unknown>,
): MinimalOperation {
  // A subscription after no place of the journal ends at once, with a refusal of its own.
  const args = field.args.filter(
    ({ type, name }) => isNonNullType(type) || (kind === 'subscription' && name === 'after'),
  );
  const declared = args.map(({ name, type }) => `$${name}: ${String(type)}`).join(', ');
  const passed = args.map(({ name }) => `${name}: $${name}`).join(', ');
  const selection = isLeafType(getNamedType(field.type)) ? '' : ' { __typename }';
  return {
    kind,
    name: `${typeName}.${field.name}`,
    query: `${kind}${declared && `(${declared})`} { ${field.name}${passed && `(${passed})`}${selection} }`,
    variables: Object.fromEntries(args.map(({ name, type }) => [name, valueOf(type)])),
  };
}

/** The least that the type takes. */
export function valueOf(given: GraphQLInputType): unknown {
  const type = getNullableType(given);
  if (isListType(type)) return [valueOf(type.ofType)];
  if (isEnumType(type)) return type.getValues()[0]?.name;
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields());
    const asked = type.isOneOf ? fields.slice(0, 1) : fields.filter((field) => isNonNullType(field.type));
    return Object.fromEntries(asked.map((field) => [field.name, valueOf(field.type)]));
  }
  return SCALARS[getNamedType(type).name] ?? 'x';
}

const SCALARS: Readonly<Record<string, unknown>> = {
  ...{ Int: 1, Float: 1, Boolean: false, JSONObject: {}, DateTime: '2030-01-01T00:00:00Z' },
};
