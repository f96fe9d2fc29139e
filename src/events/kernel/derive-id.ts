import { createHmac } from 'node:crypto';

/**
 * Derives the same id from the same facts, on every machine of this instance (rules 5 and 7).
 * HMAC and not a plain hash: an id must not let anyone guess the phone number it was made from.
 */
export interface IdDeriver {
  /** A UUIDv8 over the natural key's parts; parts are length-prefixed, so `['ab','c']` and `['a','bc']` differ. */
  derive(kind: string, ...parts: readonly string[]): string;
  /** 32 bytes that stand for an address in the table `addresses`. */
  addressHash(channelId: string, normalizedAddress: string): Buffer;
  /** 16 hex characters that tell two secrets apart and reveal neither; stands in each event's header. */
  readonly fingerprint: string;
}

export function createIdDeriver(secret: Buffer): IdDeriver {
  if (secret.length < 32) throw new RangeError('The instance secret has at least 32 bytes.');
  const digest = (kind: string, parts: readonly string[]) => {
    const hmac = createHmac('sha256', secret);
    for (const part of [kind, ...parts]) hmac.update(`${Buffer.byteLength(part)}:`).update(part);
    return hmac.digest();
  };
  return {
    derive: (kind, ...parts) => uuidV8(digest(kind, parts)),
    addressHash: (channelId, address) => digest('address', [channelId, address]),
    fingerprint: digest('fingerprint', []).toString('hex').slice(0, 16),
  };
}

/** The first 16 bytes with RFC 9562's version 8 and variant bits set. */
function uuidV8(bytes: Buffer): string {
  const cut = Buffer.from(bytes.subarray(0, 16));
  cut.writeUInt8((cut.readUInt8(6) & 0x0f) | 0x80, 6);
  cut.writeUInt8((cut.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = cut.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
