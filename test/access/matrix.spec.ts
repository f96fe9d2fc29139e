import { readFileSync } from 'node:fs';
import { buildSchema, extendSchema, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { withAccessTables } from '../../src/access/access-page.js';
import { OBJECT_SCOPES, OPERATION_RULES } from '../../src/access/matrix.js';
import { buildParleySchema } from '../../src/schema/build-schema.js';
import { faultsOf, guardSchema } from '../../src/schema/guard.js';
import { minimalOperations } from '../support/minimal-operation.js';

const schema = buildParleySchema();

describe('F33: the matrix of scopes and operations', () => {
  it('has a rule for each operation, and no rule of anything else', () => {
    expect(faultsOf(schema)).toEqual([]);
    expect(Object.keys(OPERATION_RULES).sort()).toEqual(
      minimalOperations(schema)
        .map(({ name }) => name)
        .sort(),
    );
  });

  it.each([
    ['a query', 'extend type Query { surprise: String }', 'Query.surprise has no rule'],
    ['a mutation', 'extend type Mutation { surprise: String }', 'Mutation.surprise has no rule'],
    ['a subscription', 'extend type Subscription { surprise: String }', 'Subscription.surprise has no rule'],
    ['a kind of object', 'type Surprise implements Node { id: ID! }', 'Surprise has no scope'],
    ['an object that could not be refused', 'extend type Viewer { last: Message! }', "Viewer.last can't be null"],
  ])('refuses to build with %s that nobody gave a rule', (_what, extension, fault) => {
    const extended = extendSchema(schema, parse(extension));
    expect(faultsOf(extended)).toEqual([fault]);
    expect(() => guardSchema(extended)).toThrow(fault);
  });

  it('refuses to build with a rule of something that is gone', () => {
    const faults = faultsOf(buildSchema('type Query { viewer: String }'));
    expect(faults).toContain('there is no Mutation.sendMessage');
    expect(faults).toContain('there is no Channel.webhookUrl');
  });

  it('is told by docs/access.md as it is: `npm run emit` writes it', () => {
    const page = readFileSync(new URL('../../docs/access.md', import.meta.url), 'utf8');
    expect(withAccessTables(page)).toBe(page);
    for (const name of [...Object.keys(OPERATION_RULES), ...Object.keys(OBJECT_SCOPES)])
      expect(page).toContain(`\`${name}\``);
    expect(() => withAccessTables('# Access\n')).toThrow('marks');
  });
});
