import { open, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** One bit that is not what it was. */
export interface FlippedByte {
  /** Puts it back. */
  mend(): Promise<void>;
}

/** Flips the lowest bit of the byte after `text`, which must stand in one of the files below the folder, once. */
export async function flipAfter(text: string, folder: string, isCandidate: (path: string) => boolean) {
  for (const path of await readdir(folder, { recursive: true })) {
    if (!isCandidate(path)) continue;
    const at = (await readFile(join(folder, path))).indexOf(text);
    if (at >= 0) return flip(join(folder, path), at + text.length);
  }
  throw new Error(`${text} stands in none of the files.`);
}

/** Flips the lowest bit of one byte of a file, also under whoever has it open. */
async function flip(path: string, at: number): Promise<FlippedByte> {
  const mend = async () => {
    const file = await open(path, 'r+');
    try {
      const { buffer } = await file.read(Buffer.alloc(1), 0, 1, at);
      buffer.writeUInt8(buffer.readUInt8(0) ^ 1);
      await file.write(buffer, 0, 1, at);
      await file.sync();
    } finally {
      await file.close();
    }
  };
  await mend();
  return { mend };
}
