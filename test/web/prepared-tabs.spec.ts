import { parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import { buildParleySchema } from '../../src/schema/build-schema.js';
import { preparedTabs, TAB_FACTS_QUERY } from '../../web/graphiql/src/prepared-tabs.js';

const facts = { apiKey: 'pk_x', channelId: 'chan_x', cursor: 'c' };

describe("GraphiQL's prepared tabs", () => {
  const schema = buildParleySchema();

  it.each([...preparedTabs(facts).map(({ query }) => query), TAB_FACTS_QUERY])(
    'ask only what there is: %#',
    (query) => {
      expect(validate(schema, parse(query))).toEqual([]);
    },
  );

  it('are a query, a send, live status and resume', () => {
    const operations = preparedTabs(facts).map(({ query }) => /^(query|mutation|subscription) (\w+)/m.exec(query)?.[0]);
    expect(operations).toEqual(['query Inbox', 'mutation Send', 'subscription LiveStatus', 'subscription Resume']);
  });

  it('need nothing filled in: key, channel and cursor are there', () => {
    const [, send, , resume] = preparedTabs(facts);
    expect(JSON.parse(send?.headers ?? '')).toEqual({ Authorization: 'Bearer pk_x' });
    expect(JSON.parse(send?.variables ?? '')).toMatchObject({ input: { channelId: 'chan_x' } });
    expect(JSON.parse(resume?.variables ?? '')).toEqual({ after: 'c' });
  });

  it('open without a key as well, and say where it is to be had', () => {
    const tabs = preparedTabs({ apiKey: undefined, channelId: undefined, cursor: undefined });
    expect(tabs[0]?.headers).toContain('the start prints it');
  });
});
