import {
  GraphQLID,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isRequiredInputField,
  type GraphQLInputObjectType,
  type GraphQLInputType,
} from 'graphql';
import type { World } from './world.js';

/** Where in an input something stands: names of fields, lists passed over. */
export type Path = readonly string[];

/** What is put in place of what stands at a path. */
export interface Planted {
  readonly path: Path;
  readonly value: string;
}

/** Which of those of which there is to be exactly one, where it doesn't matter. */
const CHOICE: Readonly<Record<string, string>> = { RecipientInput: 'conversationId', ContentInput: 'text' };

const SCALARS: Readonly<Record<string, unknown>> = {
  ...{ String: 'words', Int: 1, Float: 1, Boolean: true, JSONObject: {}, PhoneNumber: '+15550100001' },
  DateTime: new Date(Date.now() + 3_600_000).toISOString(),
};

/**
 * A value that an input takes: only what it must have, and what is planted in it.
 * @throws Error for what nobody has said yet how to fill
 */
export function sampleOf(type: GraphQLInputType, name: string, world: World, planted: Planted | undefined): unknown {
  const plain = getNullableType(type);
  if (isListType(plain)) return [sampleOf(plain.ofType, name, world, planted)];
  if (isInputObjectType(plain)) return objectOf(plain, world, planted);
  if (planted !== undefined) return isObjectScalar(plain) ? { [planted.value]: planted.value } : planted.value;
  if (isEnumType(plain)) return plain.getValues()[0]?.name;
  if (plain === GraphQLID) return ownIdFor(name, world);
  if (!('name' in plain) || !(plain.name in SCALARS)) throw new Error(`Say what a ${String(type)} may be.`);
  return SCALARS[plain.name];
}

function objectOf(type: GraphQLInputObjectType, world: World, planted: Planted | undefined): Record<string, unknown> {
  const [next, ...rest] = planted?.path ?? [];
  const choice = type.isOneOf ? (next ?? CHOICE[type.name]) : undefined;
  if (type.isOneOf && choice === undefined) throw new Error(`Say which of ${type.name} to choose.`);
  const fields = Object.values(type.getFields()).filter((field) =>
    type.isOneOf ? field.name === choice : isRequiredInputField(field) || field.name === next,
  );
  const below = planted && { path: rest, value: planted.value };
  return Object.fromEntries(
    fields.map(({ name, type }) => [name, sampleOf(type, name, world, name === next ? below : undefined)]),
  );
}

const isObjectScalar = (type: GraphQLInputType): boolean => 'name' in type && type.name === 'JSONObject';

/** @throws Error where the name doesn't tell which kind it is */
function ownIdFor(name: string, world: World): string {
  const kind = (['message', 'conversation', 'contact', 'channel', 'template'] as const).find((word) =>
    name.toLowerCase().includes(word),
  );
  if (kind === undefined) throw new Error(`Say which kind of id \`${name}\` is.`);
  return world.ids[kind];
}
