import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LogRecord } from '../../../src/events/log/event-log.js';
import { storable } from '../../../src/events/projections/storable.js';

const record = (json: string): LogRecord => ({
  ...{ partition: 0, offset: 0n, key: 'k', headers: {} },
  value: Buffer.from(json),
});
const read = (json: string): unknown => JSON.parse(storable(record(json)).value?.toString('utf8') ?? 'null');

describe('storable', () => {
  it('replaces what Postgres cannot hold, in keys and values, however deep', () => {
    expect(read('{"a":["x\\u0000y",{"k\\u0000":"\\ud800"}],"b":1}')).toEqual({
      a: ['x\ufffdy', { 'k\ufffd': '\ufffd' }],
      b: 1,
    });
  });

  it('leaves whole pairs, escaped backslashes and everything else as it is', () => {
    const harmless = ['{"a":"\\ud83d\\udc4b"}', '{"a":"\\\\u0000"}', '{"a":"é"}', 'no JSON \\u0000', ''];
    for (const json of harmless) expect(storable(record(json)).value?.toString()).toBeDefined();
    expect(read('{"a":"\\ud83d\\udc4b"}')).toEqual({ a: '👋' });
    expect(read('{"a":"\\\\u0000"}')).toEqual({ a: '\\u0000' });
    const plain = record('{"a":"é"}');
    expect(storable(plain)).toBe(plain);
    expect(storable({ ...plain, value: null }).value).toBeNull();
  });

  it('never leaves a NUL or half a pair behind', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)) }),
        (text) => {
          const { t } = read(JSON.stringify({ t: text })) as { t: string };
          expect(t).not.toMatch(/\p{Cs}/u);
          expect(t).not.toContain('\0');
          expect(t.length).toBe(text.length);
        },
      ),
    );
  });
});
