import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { fixedKeyring, type Keyring } from './keyring.js';

/** Seals what may not lie in Postgres as it is: AES-256-GCM under `PARLEY_SECRET_KEY`. */
export interface SecretBox {
  seal(plain: Buffer): Buffer;
  /** @throws SecretBoxError sealed under a key that isn't here, of an unknown format, or tampered with */
  open(sealed: Buffer): Buffer;
}

export class SecretBoxError extends Error {
  override readonly name = 'SecretBoxError';
}

/** What a sealed value begins with: format version, which key, nonce, tag; then the ciphertext. */
const FORMAT_VERSION = 1;
const KEY_BYTES = 32;
const KEY_ID_BYTES = 4;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEADER_BYTES = 1 + KEY_ID_BYTES;
const OVERHEAD_BYTES = HEADER_BYTES + NONCE_BYTES + TAG_BYTES;

/** @param keys one of 32 bytes, or several, of which the current one seals and any opens */
export function createSecretBox(keys: Buffer | Keyring): SecretBox {
  const keyring = Buffer.isBuffer(keys) ? fixedKeyring(keys) : keys;
  requireLength(keyring.current());
  return {
    seal(plain) {
      const key = keyring.current();
      const header = headerOf(key);
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(header);
      const ciphertext = Buffer.concat([cipher.update(plain), cipher.final()]);
      return Buffer.concat([header, nonce, cipher.getAuthTag(), ciphertext]);
    },
    open(sealed) {
      if (sealed.length < OVERHEAD_BYTES || sealed[0] !== FORMAT_VERSION) {
        throw new SecretBoxError('The sealed value is of a format that this version does not know.');
      }
      const header = sealed.subarray(0, HEADER_BYTES);
      return decrypt(keyOf(keyring, header), header, sealed);
    },
  };
}

function requireLength(key: Buffer): void {
  if (key.length !== KEY_BYTES) throw new RangeError('The secret key has exactly 32 bytes.');
}

const headerOf = (key: Buffer): Buffer => Buffer.concat([Buffer.from([FORMAT_VERSION]), keyIdOf(key)]);

/** @throws SecretBoxError */
function keyOf(keyring: Keyring, header: Buffer): Buffer {
  const key = keyring.find((one) => headerOf(one).equals(header));
  if (key !== undefined) return key;
  throw new SecretBoxError('The value was sealed under another PARLEY_SECRET_KEY. Start with the key of that time.');
}

function decrypt(key: Buffer, header: Buffer, sealed: Buffer): Buffer {
  const nonce = sealed.subarray(HEADER_BYTES, HEADER_BYTES + NONCE_BYTES);
  const tag = sealed.subarray(HEADER_BYTES + NONCE_BYTES, OVERHEAD_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(header).setAuthTag(tag);
  try {
    return Buffer.concat([decipher.update(sealed.subarray(OVERHEAD_BYTES)), decipher.final()]);
  } catch (cause) {
    throw new SecretBoxError('The sealed value was changed since it was sealed.', { cause });
  }
}

/** Tells keys apart and reveals nothing of them; in a sealed value the bytes after the first. */
export const keyIdOf = (key: Buffer): Buffer =>
  createHash('sha256').update('parley key id').update(key).digest().subarray(0, KEY_ID_BYTES);
