import { describe, expect, it } from 'vitest';
import { GRAPHQL_RESPONSE, mediaTypeFor } from '../../../src/http/graphql/media-type.js';

describe('the media type of an answer', () => {
  it.each([
    ['nothing', undefined, 'application/json'],
    ['anything', '*/*', 'application/json'],
    ['the older one', 'application/json', 'application/json'],
    ['the newer one', 'application/graphql-response+json', GRAPHQL_RESPONSE],
    ['both, the newer first', 'application/graphql-response+json, application/json', GRAPHQL_RESPONSE],
    ['both, the older first', 'application/json, application/graphql-response+json', 'application/json'],
    ['the newer, or in need the older', 'application/json; q=0.9,application/graphql-response+json', GRAPHQL_RESPONSE],
    ['the newer, or in need anything', '*/*, application/graphql-response+json', GRAPHQL_RESPONSE],
    ['anything rather than the newer', 'application/*, application/graphql-response+json;q=0.5', 'application/json'],
    ['not the newer', 'application/graphql-response+json;q=0', 'application/json'],
    ['in large letters', 'Application/GraphQL-Response+JSON', GRAPHQL_RESPONSE],
    ['what isn’t known here', 'text/html', 'application/json'],
  ])('for %s', (_what, accept, type) => {
    expect(mediaTypeFor(accept)).toBe(type);
  });
});
