import { describe, expect, it } from 'vitest';
import { isAstray, toRecords } from '../../../../src/events/log/kafka/fetched-batch.js';

const beginningAt = (first: string | null) => ({ firstOffset: () => first });

describe('fetched batch', () => {
  it('is astray on events unless it begins exactly at the position', () => {
    expect(isAstray('events', 5n, beginningAt('5'))).toBe(false);
    expect(isAstray('events', 5n, beginningAt('4'))).toBe(true);
    expect(isAstray('events', 5n, beginningAt('6'))).toBe(true);
  });

  it('may begin further on where the topic is compacted, and never before', () => {
    expect(isAstray('webhooks', 5n, beginningAt('6'))).toBe(false);
    expect(isAstray('webhooks', 5n, beginningAt('4'))).toBe(true);
  });

  it('keeps tombstones, missing keys and the last of repeated headers', () => {
    const message = { timestamp: '0', attributes: 0, offset: '7' };
    const headers = { once: Buffer.from('ü'), twice: [Buffer.from('a'), Buffer.from('b')], missing: undefined };
    expect(toRecords({ partition: 3, messages: [{ ...message, key: null, value: null, headers }] })).toEqual([
      { partition: 3, offset: 7n, key: null, headers: { once: 'ü', twice: 'b' }, value: null },
    ]);
  });
});
