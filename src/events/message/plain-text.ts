/**
 * What JSON in Postgres can hold: no NUL, no half of a surrogate pair. One such character in an event would stop every
 * projection of it, so it ends at the door.
 */
export const isStorable = (text: string): boolean => !text.includes('\0') && !/\p{Cs}/u.test(text);

/** For what ends up in a header, a file name or one line of a log: no control character, no line separator. */
export const isSingleLine = (text: string): boolean => isStorable(text) && !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text);

/** Code points: what providers count, and what people call characters most of the time. */
export const countCharacters = (text: string): number => Array.from(text).length;

/** JSON whose names and texts stand on one line each, nested so deep at most. */
export function isTame(value: unknown, depth: number): boolean {
  if (typeof value === 'string') return isSingleLine(value);
  if (typeof value !== 'object' || value === null) return true;
  if (depth === 0) return false;
  return Object.entries(value).every(([key, inner]) => isSingleLine(key) && isTame(inner, depth - 1));
}
