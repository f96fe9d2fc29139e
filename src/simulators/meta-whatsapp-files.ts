import { createHash } from 'node:crypto';
import { partOf } from './file-part.js';
import type { ReceivedCall } from './read-call.js';
import type { SimulatedAnswer } from './simulator.js';

export interface WhatsAppFiles {
  /** Keeps a file, as if a contact had sent it. @returns its id */
  add(bytes: Buffer, mimeType?: string): string;
  /** What is asked of files: where one lies, and its bytes; undefined: it is something else, or a file that isn't there. */
  answer(call: ReceivedCall): SimulatedAnswer | undefined;
}

/** Files of an account: an id leads to an address, and the address asks for the token too. */
export function createWhatsAppFiles(): WhatsAppFiles {
  const files = new Map<string, { readonly bytes: Buffer; readonly mimeType: string }>();
  return {
    add(bytes, mimeType = 'image/jpeg') {
      const id = String(7_000_000 + files.size);
      files.set(id, { bytes, mimeType });
      return id;
    },
    answer({ method, path, headers }) {
      const [, place, id = ''] = /^\/(v\d+\.\d+|attachments)\/(\d+)$/.exec(path) ?? [];
      const file = files.get(id);
      if (method !== 'GET' || file === undefined) return undefined;
      if (place === 'attachments') return partOf(file.bytes, headers['range']);
      const { bytes, mimeType } = file;
      return {
        status: 200,
        body: {
          ...{ messaging_product: 'whatsapp', id, mime_type: mimeType, file_size: bytes.length },
          sha256: createHash('sha256').update(bytes).digest('hex'),
          url: `http://${headers['host']}/attachments/${id}`,
        },
      };
    },
  };
}
