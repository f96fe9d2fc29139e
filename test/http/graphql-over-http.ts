import { serverAudits, type Audit } from 'graphql-http';
import { describe, expect, it } from 'vitest';
import { GRAPHQL_RESPONSE } from '../../src/http/graphql/media-type.js';
import type { TestApp } from '../support/test-app.js';

/**
 * What the specification asks of `application/json` alone, for clients of before it: 200 to a document that can't be run.
 * Such a request has failed, and proxies, metrics and clients that look at the status must see it (decision 0022).
 */
const NOT_KEPT = [
  'SHOULD use 200 status code on document parsing failure when accepting application/json',
  'SHOULD use 200 status code on document validation failure when accepting application/json',
  'SHOULD use a status code of 200 on variable coercion failure when accepting application/json',
];

/** What the specification of GraphQL over HTTP asks of a server. */
export function describeGraphqlOverHttp(app: () => Pick<TestApp, 'url' | 'apiKey'>): void {
  const address = () => `${app().url}/graphql`;
  const withKey = (url: string, init: RequestInit = {}) => {
    const headers = init.headers as Record<string, string> | undefined;
    return fetch(url, { ...init, headers: { ...headers, 'x-api-key': app().apiKey } });
  };

  describe('GraphQL over HTTP', () => {
    it("falls short of no MUST in graphql-http's audit, and of no SHOULD but those that are listed", async () => {
      const audits: readonly Audit[] = serverAudits({ url: address(), fetchFn: withKey });
      expect(audits.filter(({ name }) => name.startsWith('MUST')).length).toBeGreaterThan(10);
      const results = [];
      for (const { fn } of audits) results.push(await fn());
      const missed = results.filter(({ name, status }) => status !== 'ok' && !name.startsWith('MAY'));
      expect(missed.map(({ name }) => name).sort()).toEqual([...NOT_KEPT].sort());
    });

    it.each([
      ['a query', { query: '{ cursor }' }, 200],
      ['a syntax error', { query: '{' }, 400],
      ['a document that is too long, which never comes to Apollo', { query: `{ cursor } #${'x'.repeat(15_000)}` }, 400],
      ['no JSON', undefined, 400],
    ])('answers %s in the media type asked for', async (_what, body, status) => {
      for (const accept of [GRAPHQL_RESPONSE, 'application/json']) {
        const answer = await withKey(address(), {
          method: 'POST',
          headers: { 'content-type': 'application/json', accept },
          body: body === undefined ? '{' : JSON.stringify(body),
        });
        expect([answer.status, answer.headers.get('content-type')]).toEqual([status, `${accept}; charset=utf-8`]);
        expect(await answer.json()).toHaveProperty(status === 200 ? 'data' : 'errors');
      }
    });

    it('says 401 in the media type asked for', async () => {
      const headers = { 'content-type': 'application/json', accept: GRAPHQL_RESPONSE, 'x-api-key': 'pk_wrong' };
      const answer = await fetch(address(), { method: 'POST', headers, body: '{ "query": "{ cursor }" }' });
      expect([answer.status, answer.headers.get('content-type')]).toEqual([401, `${GRAPHQL_RESPONSE}; charset=utf-8`]);
    });

    it('says 406 where neither type is taken', async () => {
      const headers = { 'content-type': 'application/json', accept: 'text/html' };
      const answer = await withKey(address(), { method: 'POST', headers, body: '{ "query": "{ cursor }" }' });
      expect(answer.status).toBe(406);
    });

    it('takes a query by GET with the key alone, and only from somebody with a header that no page sends unasked', async () => {
      const url = `${address()}?query=${encodeURIComponent('query ($type: String!) { __type(name: $type) { name } }')}&variables=${encodeURIComponent('{"type":"Message"}')}`;
      const answer = await withKey(url);
      expect([answer.status, await answer.json()]).toMatchObject([200, { data: { __type: { name: 'Message' } } }]);
      expect((await fetch(url)).status).toBe(400);
    });

    it('refuses mutations and subscriptions by GET, and says which method would do', async () => {
      const refused = await withKey(`${address()}?query=${encodeURIComponent('mutation { __typename }')}`);
      expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'POST']);
      const query = encodeURIComponent('subscription { inboxUpdated { cursor } }');
      expect((await withKey(`${address()}?query=${query}`)).status).toBeGreaterThanOrEqual(400);
      for (const method of ['PUT', 'DELETE', 'PATCH']) {
        const answer = await withKey(address(), { method });
        expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, POST']);
      }
    });
  });
}
