import { describe, expect, it } from 'vitest';
import { banner } from '../../src/cli/banner.js';

const facts = { url: 'http://127.0.0.1:4001', apiKey: 'pk_x', embeddedDataDir: '/data', startedInMs: 3_210 };

describe('banner', () => {
  it('says within ten lines where to go, with which key, and how to start over', () => {
    const text = banner(facts);
    expect(text.split('\n').length - 1).toBeLessThanOrEqual(10);
    expect(text).toContain('http://127.0.0.1:4001/graphiql#key=pk_x');
    expect(text).toContain('http://127.0.0.1:4001/graphql');
    expect(text).toContain('/data (to start over: stop Parley and delete it)');
    expect(text).toContain('3.2 s');
  });

  it('does not print a key that the operator chose', () => {
    const text = banner({ ...facts, apiKey: undefined });
    expect(text).toContain('/graphiql\n');
    expect(text).toContain('PARLEY_BOOTSTRAP_API_KEY');
  });

  it('does not offer to delete a database that is not its own', () => {
    expect(banner({ ...facts, embeddedDataDir: undefined })).not.toContain('delete');
  });
});
