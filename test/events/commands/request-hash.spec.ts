import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SendMessage } from '../../../src/events/commands/commands.js';
import { raiseCursor } from '../../../src/events/commands/answer-cursor.js';
import { canonicalRequest } from '../../../src/events/commands/request-hash.js';

const input: SendMessage = {
  ...{ channelId: 'chan', to: { phoneNumber: '+1' }, content: { text: { text: 'a', title: 'b' } } },
};

describe('the canonical request', () => {
  it('is the same for every order of keys, and for null and absent', () => {
    const other: SendMessage = {
      ...{ content: { image: null, text: { title: 'b', text: 'a', footer: null } }, to: { phoneNumber: '+1' } },
      ...{ channelId: 'chan', author: 'AGENT', idempotencyKey: 'any', reference: undefined },
    };
    expect(canonicalRequest(other)).toBe(canonicalRequest(input));
  });

  it('takes a template parameter of no part for one of the body, whichever way it was left out', () => {
    const withPart = (more: object) =>
      canonicalRequest({
        ...input,
        content: { template: { name: 'a', parameters: [{ key: '1', value: 'b', ...more }] } },
      });
    expect(withPart({ part: null })).toBe(withPart({ part: 'BODY' }));
    expect(withPart({})).toBe(withPart({ part: 'BODY' }));
    expect(withPart({ part: 'HEADER' })).not.toBe(withPart({ part: 'BODY' }));
  });

  it('keeps the order of lists, and nulls that are the caller’s own', () => {
    const list = (...texts: string[]) => canonicalRequest({ ...input, content: { list: texts } });
    expect(list('a', 'b')).not.toBe(list('b', 'a'));
    expect(canonicalRequest({ ...input, metadata: { a: null } })).not.toBe(
      canonicalRequest({ ...input, metadata: {} }),
    );
    expect(canonicalRequest({ ...input, metadata: {} })).not.toBe(canonicalRequest(input));
  });

  it('tells any two metadata apart', () => {
    const seed = Date.now() % 2 ** 31;
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.dictionary(fc.string(), fc.jsonValue()), (a, b) => {
        // JSON knows no -0: what is the same JSON is the same request.
        const isSame = canonicalRequest({ ...input, metadata: a }) === canonicalRequest({ ...input, metadata: b });
        const [plainA, plainB] = [a, b].map((one): unknown => JSON.parse(JSON.stringify(one)));
        if (isSame) expect(plainA).toEqual(plainB);
        else expect(plainA).not.toEqual(plainB);
      }),
      { seed, numRuns: 500 },
    );
  });
});

describe('a mutation’s cursor', () => {
  it('is the tail with what was written raised, and never lower than the tail', () => {
    const written = [
      { partition: 0, offset: 3n },
      { partition: 1, offset: 9n },
    ];
    expect(raiseCursor([5n, 9n, 7n], written)).toEqual([5n, 10n, 7n]);
  });
});
