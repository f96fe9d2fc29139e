import { Readable } from 'node:stream';
import { FILE_BYTES_MAX } from './open-file.js';

/** The beginning of a body, and how it goes on. */
export interface Head {
  readonly bytes: Buffer;
  readonly rest: AsyncIterator<Buffer>;
}

/** At least so many bytes, or all there are; undefined: it broke off before. */
export async function readHead(body: Readable, bytesMin: number): Promise<Head | undefined> {
  const rest = (body as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    while (length < bytesMin) {
      const next = await rest.next();
      if (next.done === true) break;
      chunks.push(next.value);
      length += next.value.length;
    }
    return { bytes: Buffer.concat(chunks), rest };
  } catch {
    return undefined;
  }
}

/** How long neither side may move nothing: who reads so slowly keeps a place, and a connection of the provider. */
const STANDSTILL_MS_MAX = 30_000;
const BUFFERED_BYTES = 65_536;

/**
 * What is left of a body between two places. It is read as it is taken, so that no more of it is here than a buffer; its
 * end, whatever ends it, ends the body. It fails where the body is shorter than was said, or longer than any file may be.
 * @param take undefined: to its end
 */
export function cutTo(body: Readable, head: Head, skip: number, take: number | undefined): Readable {
  const end = take === undefined ? undefined : skip + take;
  // Fails by itself too, and whoever reads what is made of it is told by that.
  body.on('error', () => undefined);
  const timer = setTimeout(() => {
    body.destroy();
    cut.destroy(new Error('Nothing moved for too long.'));
  }, STANDSTILL_MS_MAX);
  const cut = Readable.from(piecesOf(head, skip, end, timer), { objectMode: false, highWaterMark: BUFFERED_BYTES });
  cut.once('close', () => {
    clearTimeout(timer);
    body.destroy();
  });
  return cut;
}

async function* piecesOf({ bytes, rest }: Head, skip: number, end: number | undefined, timer: NodeJS.Timeout) {
  let at = 0;
  for (let next: IteratorResult<Buffer> = { value: bytes }; next.done !== true; next = await rest.next()) {
    const piece = next.value.subarray(Math.max(0, skip - at), end === undefined ? undefined : Math.max(0, end - at));
    at += next.value.length;
    if (at > FILE_BYTES_MAX) throw new Error('The file is too long.');
    if (piece.length > 0) yield piece;
    timer.refresh();
    if (end !== undefined && at >= end) return;
  }
  if (end !== undefined && at < end) throw new Error('The file ended before its end.');
}
