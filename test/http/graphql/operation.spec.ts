import { describe, expect, it } from 'vitest';
import { createJudge, type JudgedOperation } from '../../../src/http/graphql/operation.js';
import { documentRules } from '../../../src/http/graphql/rules.js';
import { buildParleySchema } from '../../../src/schema/build-schema.js';

const judge = createJudge({ schema: buildParleySchema(), rules: documentRules(true) });
const codesOf = (judged: ReturnType<typeof judge>) =>
  Array.isArray(judged) ? judged.map(({ extensions }) => extensions['code']) : [];

describe('an operation over a WebSocket', () => {
  it('shares its document with all who ask the same: ten thousand subscriptions hold one', () => {
    const query = 'subscription ($id: ID) { inboxUpdated(conversationId: $id) { cursor } }';
    const [one, other] = ['a', 'b'].map((id) => judge({ query, variables: { id } }) as JudgedOperation);
    expect(one?.document.kind).toBe('Document');
    expect(other?.document).toBe(one?.document);
  });

  it('is judged by its own variables and name, also where its document is known', () => {
    const query = `query Few($first: Int) { conversations(first: $first) { nodes { messages(first: 100) { nodes { id status } } } } }
      query Other { cursor }`;
    expect(codesOf(judge({ query, operationName: 'Few', variables: { first: 1 } }))).toEqual([]);
    expect(codesOf(judge({ query, operationName: 'Few', variables: { first: 100 } }))).toEqual(['QUERY_TOO_COMPLEX']);
    expect(codesOf(judge({ query, operationName: 'None' }))).toEqual(['OPERATION_RESOLUTION_FAILURE']);
    expect(codesOf(judge({ query, operationName: 'Other' }))).toEqual([]);
  });

  it('is refused each time where its document is', () => {
    for (let time = 0; time < 2; time += 1) {
      expect(codesOf(judge({ query: '{ cursr }' }))).toEqual(['GRAPHQL_VALIDATION_FAILED']);
      expect(codesOf(judge({ query: '{ cursor' }))).toEqual(['GRAPHQL_PARSE_FAILED']);
    }
  });
});
