/** Which bytes of a file: from one on to another, both included, or to its end; or its last ones. */
export type ByteRange = { readonly from: number; readonly to?: number | undefined } | { readonly last: number };

/** Above any file, and exact as a number. */
const DIGITS_MAX = 15;

/** `Range` of RFC 9110; undefined where there is none, or one that may be passed over: malformed, or of several parts. */
export function parseRange(header: string | undefined): ByteRange | undefined {
  const [, first = '', last = ''] = /^bytes=\s*(\d*)-(\d*)\s*$/i.exec(header ?? '') ?? [];
  if (first.length > DIGITS_MAX || last.length > DIGITS_MAX || (first === '' && last === '')) return undefined;
  if (first === '') return { last: Number(last) };
  const from = Number(first);
  if (last === '') return { from };
  return Number(last) < from ? undefined : { from, to: Number(last) };
}

export const formatRange = (range: ByteRange): string =>
  'last' in range ? `bytes=-${range.last}` : `bytes=${range.from}-${range.to ?? ''}`;

/** The bytes that a file of this size has of those; undefined: none (416). */
export function rangeWithin(
  range: ByteRange,
  size: number,
): { readonly from: number; readonly to: number } | undefined {
  if ('last' in range)
    return range.last === 0 || size === 0 ? undefined : { from: Math.max(0, size - range.last), to: size - 1 };
  if (range.from >= size) return undefined;
  return { from: range.from, to: Math.min(range.to ?? size - 1, size - 1) };
}

/** What `Content-Range` of a 206 says; undefined: nothing that can be read. */
export function parseContentRange(header: unknown): { from: number; to: number; size: number | undefined } | undefined {
  const [, from, to, size] = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15}|\*)$/.exec(String(header)) ?? [];
  if (from === undefined || to === undefined || size === undefined || Number(to) < Number(from)) return undefined;
  return { from: Number(from), to: Number(to), size: size === '*' ? undefined : Number(size) };
}
