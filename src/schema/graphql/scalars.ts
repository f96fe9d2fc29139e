import { GraphQLError, GraphQLScalarType } from 'graphql';
import { GraphQLJSONObject } from 'graphql-scalars';

/** Nesting above it is an attack on whoever walks the value later, not data; V8's own JSON recursion breaks near 5,000. */
const JSON_DEPTH_MAX = 64;

/** Text with a meaning of its own. Parsing takes any string: the operation judges it, so that one bad item fails no batch. */
const textScalar = (name: string, description: string) =>
  new GraphQLScalarType<string, string>({
    name,
    description,
    serialize: asText,
    parseValue: asText,
  });

export const DateTimeScalar = new GraphQLScalarType<string, string>({
  name: 'DateTime',
  description: 'RFC 3339, in UTC.',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc3339',
  serialize: (value) => (value instanceof Date ? value.toISOString() : asText(value)),
  parseValue: asText,
});

export const CursorScalar = textScalar(
  'Cursor',
  'Opaque position in the event journal, the same in subscriptions, events, exports and webhooks. Exclusive in every `after`. Not a page cursor (those are `String`).',
);

export const PhoneNumberScalar = textScalar(
  'PhoneNumber',
  'E.164, for example `+31600000001`. A bad one is RECIPIENT_INVALID.',
);

const jsonObject = GraphQLJSONObject.toConfig();

export const JSONObjectScalar = new GraphQLScalarType({
  ...jsonObject,
  description: 'A JSON object.',
  specifiedByURL: undefined,
  parseValue: (value) => withinDepth(GraphQLJSONObject.parseValue(value)),
});

function asText(value: unknown): string {
  if (typeof value !== 'string') throw new GraphQLError('A string is expected.');
  return value;
}

/** Level by level and not by recursion, which is what such a value would break. */
function withinDepth<Value>(value: Value): Value {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > JSON_DEPTH_MAX) throw new GraphQLError(`A JSON object nests at most ${JSON_DEPTH_MAX} levels.`);
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? (Object.values(one) as unknown[]) : []));
  }
  return value;
}
