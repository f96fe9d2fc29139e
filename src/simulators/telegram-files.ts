import type { ReceivedCall } from './read-call.js';
import type { SimulatedAnswer } from './simulator.js';

/** The largest file that the Bot API lets a bot have. */
const FILE_BYTES_MAX = 20 * 1024 * 1024;

export interface TelegramFiles {
  /** Keeps a file, as if a contact had sent it. @returns its `file_id` */
  add(bytes: Buffer, path?: string): string;
  /** What `getFile` is answered: undefined where there is no such file. */
  describe(fileId: string): { readonly result: object } | { readonly refusal: string } | undefined;
  /** What a GET below `/file/` is answered; undefined: it is something else. */
  download(call: ReceivedCall): SimulatedAnswer | undefined;
}

/** Files of a bot: `getFile` says where one lies, and it lies below the token. */
export function createTelegramFiles(botToken: string): TelegramFiles {
  const files = new Map<string, { readonly path: string; readonly bytes: Buffer }>();
  return {
    add(bytes, path = `photos/file_${files.size}.jpg`) {
      const fileId = `AgACAgQAAx${files.size}`;
      files.set(fileId, { path, bytes });
      return fileId;
    },
    describe(fileId) {
      const file = files.get(fileId);
      if (file === undefined) return undefined;
      if (file.bytes.length > FILE_BYTES_MAX) return { refusal: 'Bad Request: file is too big' };
      return { result: { file_id: fileId, file_unique_id: 'u', file_size: file.bytes.length, file_path: file.path } };
    },
    download({ method, path, headers }) {
      const [, token, place] = /^\/file\/bot([^/]+)\/(.+)$/.exec(path) ?? [];
      if (token === undefined || place === undefined) return undefined;
      const found = [...files.values()].find((file) => file.path === decodeURIComponent(place));
      if (token !== botToken || found === undefined || method !== 'GET')
        return { status: 404, body: { ok: false, error_code: 404, description: 'Not Found' } };
      return partOf(found.bytes, headers['range']);
    },
  };
}

/** As file servers do it, whatever the file is: of no type. */
function partOf(bytes: Buffer, range: string | undefined): SimulatedAnswer {
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
