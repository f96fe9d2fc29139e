import { getIntrospectionQuery, parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import { LIMITS, limitsRule } from '../../../src/http/graphql/limits.js';
import { buildParleySchema } from '../../../src/schema/build-schema.js';

const schema = buildParleySchema();
const faults = (query: string) => validate(schema, parse(query), [limitsRule]).map(({ message }) => message);

/** `viewer { workspaceId }` counts 2; each round through a conversation's messages 3 more. */
const nested = (levels: number): string =>
  levels === 1 ? 'id' : `conversation { ${levels === 2 ? 'id' : `lastMessage { ${nested(levels - 2)} }`} }`;
const deep = (levels: number) => `{ message(id: "x") { ${nested(levels - 1)} } }`;
const aliased = (count: number) => `{ ${Array.from({ length: count }, (_, index) => `a${index}: cursor`).join(' ')} }`;

describe('depth', () => {
  it('allows 10 levels and refuses 11', () => {
    expect(faults(deep(10))).toEqual([]);
    expect(faults(deep(11))).toEqual([expect.stringContaining('too deep')]);
  });

  it('counts through fragments, which add no level of their own', () => {
    const throughFragment = (levels: number) =>
      `{ message(id: "x") { ...F } } fragment F on Message { ${nested(levels - 1)} }`;
    expect(faults(throughFragment(10))).toEqual([]);
    expect(faults(throughFragment(11))).toEqual([expect.stringContaining('too deep')]);
  });

  it("counts introspection apart: GraphiQL's query passes, and beside a deep one it hides nothing", () => {
    expect(faults(getIntrospectionQuery({ inputValueDeprecation: true, oneOf: true }))).toEqual([]);
    const types = (levels: number): string => (levels === 0 ? 'name' : `ofType { ${types(levels - 1)} }`);
    expect(faults(`{ __type(name: "Message") { ${types(25)} } }`)).toEqual([
      expect.stringContaining('schema too deep'),
    ]);
    expect(faults(`{ __schema { queryType { name } } message(id: "x") { ${nested(10)} } }`)).toHaveLength(1);
  });
});

describe('aliases', () => {
  it('allows 15 and refuses 16', () => {
    expect(faults(aliased(15))).toEqual([]);
    expect(faults(aliased(16))).toEqual([expect.stringContaining('aliases')]);
  });

  it('counts those of __typename, and those of a fragment as often as it is spread', () => {
    const typenames = Array.from({ length: 16 }, (_, index) => `t${index}: __typename`).join(' ');
    expect(faults(`{ ${typenames} }`)).toHaveLength(1);
    const spread = 'query { ...F ...F ...F ...F } fragment F on Query { a: cursor b: cursor c: cursor d: cursor }';
    expect(faults(spread)).toHaveLength(1);
  });
});

describe('directives', () => {
  const directed = (count: number) => `{ ${'cursor @include(if: true) '.repeat(count)} }`;
  it('allows 9 and refuses 10', () => {
    expect(faults(directed(LIMITS.directivesMax))).toEqual([]);
    expect(faults(directed(LIMITS.directivesMax + 1))).toEqual([expect.stringContaining('directives')]);
  });
});

describe('fragments', () => {
  const doubling = (levels: number) =>
    `query { ...F0 } ${Array.from({ length: levels }, (_, index) => `fragment F${index} on Query { ...F${index + 1} ...F${index + 1} }`).join(' ')} fragment F${levels} on Query { cursor }`;

  it('refuses those that spread into too much, at once', () => {
    const began = performance.now();
    expect(faults(doubling(60))).toEqual([expect.stringContaining('fragments')]);
    expect(performance.now() - began).toBeLessThan(500);
    expect(faults(doubling(4))).toEqual([]);
  });

  it('ends at a cycle', () => {
    expect(faults('query { ...A } fragment A on Query { ...B } fragment B on Query { ...A cursor }')).toEqual([]);
  });
});
