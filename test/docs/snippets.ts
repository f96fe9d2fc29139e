import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** The modules that a page of the documentation is made of, as they stand there. */
export interface Snippets {
  /** In the order of the page. */
  readonly names: readonly string[];
  /** Loads one, with what it imports. */
  load<Module>(name: string): Promise<Module>;
  remove(): Promise<void>;
}

const PACKAGES = fileURLToPath(new URL('../../node_modules', import.meta.url));
const FENCE = /^```(\w*)\n([\s\S]*?)^```$/gm;
const NAME = /^\/\/ ([\w-]+\.mjs)\n/;

/** @throws Error for a snippet that isn't JavaScript with its name in the first line: it would be run by nobody */
export async function writeSnippets(page: URL): Promise<Snippets> {
  const directory = await mkdtemp(join(tmpdir(), 'parley-snippets-'));
  await symlink(PACKAGES, join(directory, 'node_modules'));
  const names: string[] = [];
  for (const [, language, code = ''] of (await readFile(page, 'utf8')).matchAll(FENCE)) {
    const name = NAME.exec(code)?.[1];
    if (language !== 'js' || name === undefined) throw new Error(`A snippet without a name: ${code.slice(0, 60)}`);
    names.push(name);
    await writeFile(join(directory, name), code);
  }
  return {
    names,
    load: async <Module>(name: string) => (await import(pathToFileURL(join(directory, name)).href)) as Module,
    remove: () => rm(directory, { recursive: true }),
  };
}
