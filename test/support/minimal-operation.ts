import {
  getNullableType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  getNamedType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLOutputType,
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

/**
 * Selections that together reach every field under a type that needs no argument, so many levels deep, one for each field
 * of the first level: all in one would be more than a document may have. Of a page its first two.
 */
export function selectionsUnder(type: GraphQLOutputType, levels: number): readonly string[] {
  const named = getNamedType(type);
  if (isLeafType(named)) return [''];
  const page = nodesOf(type);
  if (page !== undefined) return selectionsUnder(page, levels).map((selection) => ` { nodes${selection} }`);
  return fieldsUnder(type, levels).map((field) => ` { ${field} }`);
}

const everythingUnder = (type: GraphQLOutputType, levels: number): string =>
  isLeafType(getNamedType(type)) ? '' : ` { ${['__typename', ...fieldsUnder(type, levels)].join(' ')} }`;

function fieldsUnder(type: GraphQLOutputType, levels: number): readonly string[] {
  const named = getNamedType(type);
  if (!isObjectType(named) && !isInterfaceType(named)) return ['__typename'];
  return Object.values(named.getFields()).flatMap((field) => {
    const isLeaf = isLeafType(getNamedType(field.type));
    if (field.args.some((arg) => isNonNullType(arg.type)) || (!isLeaf && levels === 0)) return [];
    const page = nodesOf(field.type);
    if (page === undefined) return [`${field.name}${everythingUnder(field.type, levels - 1)}`];
    return [`${field.name}(first: 2) { nodes${everythingUnder(page, levels - 1)} }`];
  });
}

/** What a connection is a page of; undefined: it is none. */
function nodesOf(type: GraphQLOutputType): GraphQLOutputType | undefined {
  const named = getNamedType(type);
  return isObjectType(named) && named.name.endsWith('Connection') ? named.getFields()['nodes']?.type : undefined;
}
