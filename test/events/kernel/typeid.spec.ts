import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeTypeId, encodeTypeId } from '../../../src/events/kernel/typeid.js';

/** Vectors of https://github.com/jetify-com/typeid/tree/main/spec, with a prefix where the specification has none: ours always have one. */
const VALID = [
  ['nil', 'msg_00000000000000000000000000', '00000000-0000-0000-0000-000000000000'],
  ['one', 'msg_00000000000000000000000001', '00000000-0000-0000-0000-000000000001'],
  ['ten', 'msg_0000000000000000000000000a', '00000000-0000-0000-0000-00000000000a'],
  ['sixteen', 'msg_0000000000000000000000000g', '00000000-0000-0000-0000-000000000010'],
  ['thirty-two', 'msg_00000000000000000000000010', '00000000-0000-0000-0000-000000000020'],
  ['max-valid', 'msg_7zzzzzzzzzzzzzzzzzzzzzzzzz', 'ffffffff-ffff-ffff-ffff-ffffffffffff'],
  ['valid-alphabet', 'msg_0123456789abcdefghjkmnpqrs', '0110c853-1d09-52d8-d73e-1194e95b5f19'],
  ['valid-uuidv7', 'msg_01h455vb4pex5vsknk084sn02q', '01890a5d-ac96-774b-bcce-b302099a8057'],
] as const;

const INVALID = [
  ['prefix-uppercase', 'MSG_00000000000000000000000000'],
  ['prefix-spaces', '  msg_00000000000000000000000000'],
  ['another prefix', 'evt_00000000000000000000000000'],
  ['no prefix', '00000000000000000000000000'],
  ['separator-empty', '_'],
  ['separator-empty-prefix', '_00000000000000000000000000'],
  ['prefix-underscore-end', 'msg__00000000000000000000000000'],
  ['suffix-short', 'msg_1234567890123456789012345'],
  ['suffix-long', 'msg_123456789012345678901234567'],
  ['suffix-spaces', 'msg_1234567890123456789012345 '],
  ['suffix-uppercase', 'msg_0123456789ABCDEFGHJKMNPQRS'],
  ['suffix-hyphens', 'msg_123456789-123456789-123456'],
  ['suffix-wrong-alphabet', 'msg_ooooooiiiiiiuuuuuuulllllll'],
  ['suffix-ambiguous-crockford', 'msg_i23456789ol23456789oi23456'],
  ['suffix-overflow', 'msg_8zzzzzzzzzzzzzzzzzzzzzzzzz'],
  ['empty', ''],
] as const;

describe('TypeIDs', () => {
  it.each(VALID)('writes and reads the vector %s', (_name, typeId, uuid) => {
    expect(encodeTypeId('msg', uuid)).toBe(typeId);
    expect(decodeTypeId('msg', typeId)).toBe(uuid);
  });

  it.each(INVALID)('refuses the vector %s', (_name, text) => {
    expect(decodeTypeId('msg', text)).toBeUndefined();
  });

  it('reads every id back that it wrote', () => {
    fc.assert(
      fc.property(fc.uuid(), (uuid) => decodeTypeId('conv', encodeTypeId('conv', uuid)) === uuid),
      { numRuns: 1_000 },
    );
  });

  it('sorts as the UUIDs sort, so that ids made later sort later', () => {
    fc.assert(fc.property(fc.uuid(), fc.uuid(), (a, b) => encodeTypeId('msg', a) < encodeTypeId('msg', b) === a < b));
  });

  it('never throws on any text', () => {
    fc.assert(fc.property(fc.string(), (text) => decodeTypeId('msg', text) === undefined));
  });

  it('refuses to write what is not a canonical UUID', () => {
    expect(() => encodeTypeId('msg', '01890A5D-AC96-774B-BCCE-B302099A8057')).toThrow(RangeError);
    expect(() => encodeTypeId('msg', '')).toThrow(RangeError);
  });
});
