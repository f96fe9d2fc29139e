import { createHash } from 'node:crypto';
import { PageCursorError } from './finders.js';

/** Where a row stands in its list: the first sort column (an offset, or a time in ms), and the id that breaks ties. */
export interface Place {
  readonly major: bigint;
  /** A UUID; absent where `major` alone is unique. */
  readonly id?: string | undefined;
}

/** In the order that Postgres has: by the number, then by the id's bytes. */
export const comparePlaces = (a: Place, b: Place): number =>
  a.major === b.major ? compareTexts(a.id ?? '', b.id ?? '') : a.major < b.major ? -1 : 1;

const compareTexts = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1);

const TAG_BYTES = 6;
const MAJOR_BYTES = 8;
const UUID_BYTES = 16;
const CURSOR_LENGTH_MAX = 64;

/**
 * An opaque page cursor. Its tag says which list it belongs to, so that another list's or workspace's is refused and
 * not taken for a place in this one. It hides nothing and protects nothing: the finders do, by taking the workspace.
 * @param scope names the list and whatever it belongs to
 */
export function encodePageCursor(scope: string, place: Place): string {
  const major = Buffer.alloc(MAJOR_BYTES);
  major.writeBigInt64BE(place.major);
  const id = Buffer.from((place.id ?? '').replaceAll('-', ''), 'hex');
  return Buffer.concat([tagOf(scope, major, id), major, id]).toString('base64url');
}

/** @throws PageCursorError for anything that `encodePageCursor` didn't make for this scope */
export function decodePageCursor(scope: string, text: string): Place {
  const bytes = text.length > CURSOR_LENGTH_MAX ? Buffer.alloc(0) : Buffer.from(text, 'base64url');
  const major = bytes.subarray(TAG_BYTES, TAG_BYTES + MAJOR_BYTES);
  const id = bytes.subarray(TAG_BYTES + MAJOR_BYTES);
  const isWhole = major.length === MAJOR_BYTES && (id.length === 0 || id.length === UUID_BYTES);
  const isCanonical = bytes.toString('base64url') === text;
  if (!isWhole || !isCanonical || !tagOf(scope, major, id).equals(bytes.subarray(0, TAG_BYTES))) {
    throw new PageCursorError('Not a cursor of this list.');
  }
  return { major: major.readBigInt64BE(), id: id.length === 0 ? undefined : uuidOf(id) };
}

function tagOf(scope: string, major: Buffer, id: Buffer): Buffer {
  return createHash('sha256').update(scope).update('\0').update(major).update(id).digest().subarray(0, TAG_BYTES);
}

function uuidOf(bytes: Buffer): string {
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
