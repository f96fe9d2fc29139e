import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

/** Seals what may not lie in Postgres as it is: AES-256-GCM under `PARLEY_SECRET_KEY`. */
export interface SecretBox {
  seal(plain: Buffer): Buffer;
  /** @throws SecretBoxError sealed under another key, of an unknown format, or tampered with */
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

/** @param key 32 bytes */
export function createSecretBox(key: Buffer): SecretBox {
  if (key.length !== KEY_BYTES) throw new RangeError('The secret key has exactly 32 bytes.');
  const header = Buffer.concat([Buffer.from([FORMAT_VERSION]), keyIdOf(key)]);
  return {
    seal(plain) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(header);
      const ciphertext = Buffer.concat([cipher.update(plain), cipher.final()]);
      return Buffer.concat([header, nonce, cipher.getAuthTag(), ciphertext]);
    },
    open(sealed) {
      if (sealed.length < OVERHEAD_BYTES || sealed[0] !== FORMAT_VERSION) {
        throw new SecretBoxError('The sealed value is of a format that this version does not know.');
      }
      if (!sealed.subarray(0, HEADER_BYTES).equals(header)) {
        throw new SecretBoxError(
          'The value was sealed under another PARLEY_SECRET_KEY. Start with the key of that time.',
        );
      }
      return decrypt(key, header, sealed);
    },
  };
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

/** Tells keys apart and reveals nothing of them. */
const keyIdOf = (key: Buffer): Buffer =>
  createHash('sha256').update('parley key id').update(key).digest().subarray(0, KEY_ID_BYTES);
