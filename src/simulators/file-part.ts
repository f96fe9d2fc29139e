import type { SimulatedAnswer } from './simulator.js';

/** As file servers do it, whatever the file is: of no type. */
export function partOf(bytes: Buffer, range: string | undefined): SimulatedAnswer {
  const type = { 'content-type': 'application/octet-stream', 'accept-ranges': 'bytes' };
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(range ?? '') ?? [];
  if (first === '' && last === '')
    return { status: 200, body: bytes, headers: { ...type, 'content-length': String(bytes.length) } };
  const from = first === '' ? Math.max(0, bytes.length - Number(last)) : Number(first);
  const to = Math.min(first === '' || last === '' ? Infinity : Number(last), bytes.length - 1);
  if (from > to) return { status: 416, headers: { 'content-range': `bytes */${bytes.length}` } };
  const part = bytes.subarray(from, to + 1);
  const headers = { 'content-range': `bytes ${from}-${to}/${bytes.length}`, 'content-length': String(part.length) };
  return { status: 206, body: part, headers: { ...type, ...headers } };
}
