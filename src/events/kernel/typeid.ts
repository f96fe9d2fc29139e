/**
 * TypeIDs: a lower-case prefix, an underscore, and a UUID as 26 characters of Crockford's base 32.
 * Specification: https://github.com/jetify-com/typeid/tree/main/spec (version 0.3).
 */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const VALUE_OF = new Map(Array.from(ALPHABET).map((character, value) => [character, BigInt(value)]));
const SUFFIX_LENGTH = 26;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const LARGEST = (1n << 128n) - 1n;

/** `encodeTypeId('msg', '01890a5d-ac96-774b-bcce-b302099a8057')` is `msg_01h455vb4pex5vsknk084sn02q`. */
export function encodeTypeId(prefix: string, uuid: string): string {
  if (!UUID.test(uuid)) throw new RangeError('Not a UUID in lower-case canonical form.');
  let rest = BigInt(`0x${uuid.replaceAll('-', '')}`);
  const characters = new Array<string>(SUFFIX_LENGTH);
  for (let index = SUFFIX_LENGTH - 1; index >= 0; index -= 1) {
    characters[index] = ALPHABET.charAt(Number(rest & 31n));
    rest >>= 5n;
  }
  return `${prefix}_${characters.join('')}`;
}

/** The UUID of a TypeID with this prefix, or undefined when the text is anything else. */
export function decodeTypeId(prefix: string, text: string): string | undefined {
  if (text.length !== prefix.length + 1 + SUFFIX_LENGTH || !text.startsWith(`${prefix}_`)) return undefined;
  let value = 0n;
  for (const character of text.slice(prefix.length + 1)) {
    const digit = VALUE_OF.get(character);
    if (digit === undefined) return undefined;
    value = (value << 5n) | digit;
  }
  if (value > LARGEST) return undefined;
  const hex = value.toString(16).padStart(32, '0');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
