/**
 * TypeIDs: a lower-case prefix, an underscore, and a UUID as 26 characters of Crockford's base 32.
 * Specification: https://github.com/jetify-com/typeid/tree/main/spec (version 0.3).
 */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const SUFFIX_LENGTH = 26;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const DASH = '-'.charCodeAt(0);
/** By character code; -1 for what isn't in the alphabet. */
const VALUE_OF = valuesOf(ALPHABET);
const NIBBLE_OF = valuesOf('0123456789abcdef');

/** `encodeTypeId('msg', '01890a5d-ac96-774b-bcce-b302099a8057')` is `msg_01h455vb4pex5vsknk084sn02q`. */
export function encodeTypeId(prefix: string, uuid: string): string {
  if (!UUID.test(uuid)) throw new RangeError('Not a UUID in lower-case canonical form.');
  // 130 bits in 26 characters, of which the first two are always zero. Small integers instead of one BigInt: five times
  // faster, and every event that is projected goes through here a dozen times.
  let suffix = '';
  let bits = 0;
  let bitCount = 2;
  for (let index = 0; index < uuid.length; index += 1) {
    const code = uuid.charCodeAt(index);
    if (code === DASH) continue;
    bits = (bits << 4) | (NIBBLE_OF[code] ?? 0);
    bitCount += 4;
    if (bitCount < 5) continue;
    bitCount -= 5;
    suffix += ALPHABET.charAt(bits >> bitCount);
    bits &= (1 << bitCount) - 1;
  }
  return `${prefix}_${suffix}`;
}

/** The UUID of a TypeID with this prefix, or undefined when the text is anything else. */
export function decodeTypeId(prefix: string, text: string): string | undefined {
  if (text.length !== prefix.length + 1 + SUFFIX_LENGTH || !text.startsWith(`${prefix}_`)) return undefined;
  let hex = '';
  let bits = 0;
  let bitCount = -2;
  for (let index = prefix.length + 1; index < text.length; index += 1) {
    const value = VALUE_OF[text.charCodeAt(index)] ?? -1;
    // Above 7 the first character would need a 129th bit.
    if (value < 0 || (bitCount < 0 && value > 7)) return undefined;
    bits = (bits << 5) | value;
    for (bitCount += 5; bitCount >= 4; bits &= (1 << bitCount) - 1) {
      bitCount -= 4;
      hex += ALPHABET.charAt(bits >> bitCount);
    }
  }
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

function valuesOf(alphabet: string): Int8Array {
  const values = new Int8Array(128).fill(-1);
  for (let value = 0; value < alphabet.length; value += 1) values[alphabet.charCodeAt(value)] = value;
  return values;
}
