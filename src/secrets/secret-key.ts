import { randomBytes } from 'node:crypto';
import { chmod, link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const KEY_BYTES = 32;

export interface SecretKeySource {
  readonly dataDir: string;
  /** 32 bytes from the environment; they win over the file. */
  readonly configured: Buffer | undefined;
}

/**
 * The key that seals secrets at rest: the configured one, else the file `secret-key` of the data directory (base64, mode
 * 0600), made at the first start.
 * @throws Error when the file doesn't hold 32 bytes
 */
export async function loadSecretKey(source: SecretKeySource): Promise<Buffer> {
  const found = await findSecretKey(source);
  if (found !== undefined) return found;
  const file = fileIn(source);
  await mkdir(source.dataDir, { recursive: true });
  await makeKeyFile(file);
  const made = await readKey(file);
  if (made === undefined) throw new Error(`${file} was made and cannot be found.`);
  return made;
}

/** The same, for who must not make one: what it can't open it could only lose. Undefined: there is none. */
export async function findSecretKey(source: SecretKeySource): Promise<Buffer | undefined> {
  return source.configured ?? (await readKey(fileIn(source)));
}

const fileIn = ({ dataDir }: SecretKeySource): string => join(dataDir, 'secret-key');

async function readKey(file: string): Promise<Buffer | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  const key = Buffer.from(text.trim(), 'base64');
  if (key.length !== KEY_BYTES) throw new Error(`${file} does not hold 32 bytes in base64: put the right key there.`);
  await chmod(file, 0o600);
  return key;
}

/** Whole or not at all, and never over another one: without the key that sealed them, secrets are lost. */
async function makeKeyFile(file: string): Promise<void> {
  const unfinished = `${file}.${randomBytes(6).toString('hex')}`;
  await writeFile(unfinished, `${randomBytes(KEY_BYTES).toString('base64')}\n`, { mode: 0o600, flush: true });
  try {
    await link(unfinished, file);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    await rm(unfinished, { force: true });
  }
}
