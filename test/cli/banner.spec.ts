import { describe, expect, it } from 'vitest';
import { banner, type BannerFacts } from '../../src/cli/banner.js';
import { ROLES } from '../../src/config.js';

const facts: BannerFacts = {
  url: 'http://127.0.0.1:4001',
  roles: ROLES,
  apiKey: 'pk_x',
  kafkaBrokers: undefined,
  embeddedDataDir: '/data',
  startedInMs: 3_210,
};
const linesOf = (text: string) => text.split('\n').length - 1;

describe('banner', () => {
  it('says that on Kafka a new beginning needs other topics', () => {
    expect(banner({ ...facts, kafkaBrokers: ['127.0.0.1:9092'] })).toContain(
      '/data (to start over: stop Parley and delete it, and set another PARLEY_TOPIC_PREFIX)',
    );
  });

  it('says within ten lines where to go, with which key, and how to start over', () => {
    const text = banner(facts);
    expect(linesOf(text)).toBeLessThanOrEqual(10);
    expect(text).toContain('http://127.0.0.1:4001/graphiql#key=pk_x');
    expect(text).toContain('http://127.0.0.1:4001/graphql');
    expect(text).toContain('/data (to start over: stop Parley and delete it)');
    expect(text).toContain('3.2 s');
    expect(text).not.toContain('Roles');
  });

  it('does not print a key that the operator chose', () => {
    const text = banner({ ...facts, apiKey: undefined });
    expect(text).toContain('/graphiql\n');
    expect(text).toContain('PARLEY_BOOTSTRAP_API_KEY');
  });

  it('does not offer to delete a database that is not its own', () => {
    expect(banner({ ...facts, embeddedDataDir: undefined })).not.toContain('delete');
  });

  it('says where the log is', () => {
    expect(banner(facts)).toContain('embedded');
    const onKafka = banner({ ...facts, kafkaBrokers: ['kafka-1:9092', 'kafka-2:9092'] });
    expect(onKafka).toContain('Kafka at kafka-1:9092, kafka-2:9092');
  });

  it('names the roles of a process that has only some, and gives no key to one that nobody asks anything', () => {
    const text = banner({ ...facts, roles: ['interpreter', 'projector'], apiKey: undefined });
    expect(text).toContain('interpreter, projector');
    expect(text).toContain('http://127.0.0.1:4001/readyz');
    expect(text).not.toMatch(/graphi?ql|API key/i);
    const withApi = banner({ ...facts, roles: ['api', 'projector'] });
    expect(withApi).toContain('API key   pk_x');
    expect(linesOf(withApi)).toBeLessThanOrEqual(10);
  });
});
