import { readFileSync } from 'node:fs';
import {
  buildSchema,
  findBreakingChanges,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isSpecifiedScalarType,
  lexicographicSortSchema,
  parse,
  printSchema,
  validate,
  type GraphQLSchema,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import { buildParleySchema } from '../../src/schema/build-schema.js';
import { NOT_YET_BUILT } from './not-yet-built.js';

const schema = buildParleySchema();
const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');

describe('the public schema', () => {
  it('is the one that is committed: after a change run `npm run emit`', () => {
    expect(`${printSchema(lexicographicSortSchema(schema))}\n`).toBe(read('../../schema.graphql'));
  });

  it('breaks nothing of the fixed core but what is listed as not yet built', () => {
    expect(breaksSince(read('core.graphql'), schema).sort()).toEqual([...NOT_YET_BUILT].sort());
  });

  it('breaks nothing of the last release: what is meant to break waits for the next major version', () => {
    expect(breaksSince(read('../../schemas/released.graphql'), schema)).toEqual([]);
  });

  it('is told apart from one that breaks it', () => {
    const released = read('../../schemas/released.graphql');
    const broken = buildSchema(released.replace(/^ {2}messages\(/m, '  letters('));
    expect(breaksSince(released, broken)).toContain('FIELD_REMOVED: Conversation.messages was removed.');
  });

  it('describes every type, field, argument, input and enum value', () => {
    expect(undescribed()).toEqual([]);
  });

  it('enforces @oneOf where it is said', () => {
    const oneOf = Object.values(schema.getTypeMap()).filter((type) => isInputObjectType(type) && type.isOneOf);
    expect(oneOf.map(({ name }) => name).sort()).toEqual(['ContentInput', 'ConversationAsOf', 'RecipientInput']);
  });

  it.each([
    ['none', '{}'],
    ['both', '{ phoneNumber: "+15550100000", address: "x" }'],
    ['a null', '{ phoneNumber: null }'],
  ])('refuses a literal recipient with %s', (_what, recipient) => {
    const document = parse(`mutation { sendMessage(input: {
      channelId: "c", to: ${recipient}, content: { text: { text: "hi" } } }) { cursor } }`);
    expect(validate(schema, document).length).toBeGreaterThan(0);
  });
});

const breaksSince = (earlier: string, later: GraphQLSchema): string[] =>
  findBreakingChanges(buildSchema(earlier), later).map(({ type, description }) => `${type}: ${description}`);

function undescribed(): string[] {
  const missing: string[] = [];
  const check = (path: string, thing: { readonly description?: string | null | undefined }) => {
    if (!thing.description) missing.push(path);
  };
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__') || isSpecifiedScalarType(type)) continue;
    check(type.name, type);
    if (isEnumType(type)) for (const value of type.getValues()) check(`${type.name}.${value.name}`, value);
    if (isInputObjectType(type))
      for (const field of Object.values(type.getFields())) check(`${type.name}.${field.name}`, field);
    if (!isObjectType(type) && !isInterfaceType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      check(`${type.name}.${field.name}`, field);
      for (const argument of field.args) check(`${type.name}.${field.name}(${argument.name})`, argument);
    }
  }
  return missing;
}
