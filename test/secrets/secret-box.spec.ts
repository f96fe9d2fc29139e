import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { fixedKeyring } from '../../src/secrets/keyring.js';
import { createSecretBox, SecretBoxError } from '../../src/secrets/secret-box.js';

describe('secret box', () => {
  const key = randomBytes(32);
  const box = createSecretBox(key);

  it('opens what it sealed, and seals the same twice differently', () => {
    const plain = Buffer.from('{"token":"s3cret"}');
    const [first, second] = [box.seal(plain), box.seal(plain)];
    expect(box.open(first)).toEqual(plain);
    expect(box.open(second)).toEqual(plain);
    expect(first.equals(second)).toBe(false);
    expect(first.includes('s3cret')).toBe(false);
    expect(box.open(box.seal(Buffer.alloc(0)))).toEqual(Buffer.alloc(0));
  });

  it('says that another key sealed it', () => {
    const sealed = createSecretBox(randomBytes(32)).seal(Buffer.from('x'));
    expect(() => box.open(sealed)).toThrow(/another PARLEY_SECRET_KEY/);
  });

  it('seals under the current of several keys, and opens under each', () => {
    const [next, stranger] = [randomBytes(32), createSecretBox(randomBytes(32))];
    const both = createSecretBox(fixedKeyring(next, key));
    expect(both.open(box.seal(Buffer.from('x')))).toEqual(Buffer.from('x'));
    expect(createSecretBox(next).open(both.seal(Buffer.from('x')))).toEqual(Buffer.from('x'));
    expect(() => both.open(stranger.seal(Buffer.from('x')))).toThrow(/another PARLEY_SECRET_KEY/);
  });

  it('refuses every flipped byte and every cut', () => {
    const sealed = box.seal(Buffer.from('settings'));
    for (let at = 0; at < sealed.length; at += 1) {
      const changed = Buffer.from(sealed);
      changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
      expect(() => box.open(changed)).toThrow(SecretBoxError);
      expect(() => box.open(sealed.subarray(0, at))).toThrow(SecretBoxError);
    }
  });

  it('takes keys of 32 bytes only', () => {
    expect(() => createSecretBox(randomBytes(16))).toThrow(RangeError);
  });
});
