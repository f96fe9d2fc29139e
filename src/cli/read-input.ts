import { readFile } from 'node:fs/promises';

/** Standard input, as a verb is handed it. */
export type Input = AsyncIterable<Buffer | string>;

/** Settings, and the sealed copy of an instance, are a few hundred bytes. */
const INPUT_CHARACTERS_MAX = 65_536;

/** @param file a path, or `-` for the input. @throws what `tooLong` makes, where the input goes on and on */
export async function readInput(input: Input, file: string, tooLong: () => Error): Promise<string> {
  if (file !== '-') return readFile(file, 'utf8');
  let text = '';
  for await (const chunk of input) {
    text += chunk.toString();
    if (text.length > INPUT_CHARACTERS_MAX) throw tooLong();
  }
  return text;
}
