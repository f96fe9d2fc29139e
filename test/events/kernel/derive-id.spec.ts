import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createIdDeriver } from '../../../src/events/kernel/derive-id.js';

const secret = Buffer.alloc(32, 7);
const ids = createIdDeriver(secret);

describe('derived ids', () => {
  it('are the same from the same facts, on every machine (rule 5, rule 7)', () => {
    // Computed apart, with Python's hmac: another derivation would give every thread and every event another id.
    expect(ids.derive('conversation', 'chan_1', '+15550100000')).toBe('b4e1bd8b-038d-80b9-94af-eeb7c5ade453');
    expect(createIdDeriver(Buffer.alloc(32, 7)).derive('a', 'b')).toBe(ids.derive('a', 'b'));
  });

  it('are UUIDs of version 8', () => {
    fc.assert(
      fc.property(fc.string(), fc.array(fc.string()), (kind, parts) =>
        /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(ids.derive(kind, ...parts)),
      ),
    );
  });

  it('differ wherever the parts differ, however these are cut', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), fc.array(fc.string()), (a, b) => {
        fc.pre(JSON.stringify(a) !== JSON.stringify(b));
        expect(ids.derive('kind', ...a)).not.toBe(ids.derive('kind', ...b));
      }),
    );
    expect(ids.derive('k', 'ab', 'c')).not.toBe(ids.derive('k', 'a', 'bc'));
    expect(ids.derive('k', 'é')).not.toBe(ids.derive('k', 'e\u0301'));
  });

  it('reveal nothing without the secret: another secret gives other ids, hashes and fingerprint', () => {
    const others = createIdDeriver(Buffer.alloc(32, 8));
    expect(others.derive('a', 'b')).not.toBe(ids.derive('a', 'b'));
    expect(others.addressHash('chan_1', '+1')).not.toEqual(ids.addressHash('chan_1', '+1'));
    expect(others.fingerprint).not.toBe(ids.fingerprint);
    expect(ids.fingerprint).toMatch(/^[0-9a-f]{16}$/);
  });

  it('need a secret of 32 bytes', () => {
    expect(() => createIdDeriver(Buffer.alloc(31))).toThrow(RangeError);
  });
});
