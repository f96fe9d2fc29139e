import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { chmod, link, mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fixedKeyring, type Keyring } from './keyring.js';

const KEY_BYTES = 32;

/** The key that seals, the one from before, and one that is being made. */
const FILES = { current: 'secret-key', previous: 'secret-key.previous', next: 'secret-key.next' } as const;
export const PREVIOUS_KEY_FILE = FILES.previous;

export interface SecretKeySource {
  readonly dataDir: string;
  /** 32 bytes from the environment; they win over the files. */
  readonly configured: Buffer | undefined;
  /** The same for the key from before; of no use without the other. */
  readonly configuredPrevious?: Buffer | undefined;
}

/**
 * The keys that secrets at rest are sealed under: the configured ones, else the file `secret-key` of the data directory
 * (base64, mode 0600), made at the first start, and `secret-key.previous` beside it after a rotation.
 * @throws Error when a file doesn't hold 32 bytes
 */
export async function loadKeyring(source: SecretKeySource): Promise<Keyring> {
  const found = await findKeyring(source);
  if (found !== undefined) return found;
  await mkdir(source.dataDir, { recursive: true });
  await makeKeyFile(fileIn(source.dataDir, 'current'));
  const made = await findKeyring(source);
  if (made === undefined) throw new Error(`${fileIn(source.dataDir, 'current')} was made and cannot be found.`);
  return made;
}

/** The same, for who must not make one: what it can't open it could only lose. Undefined: there is none. */
export async function findKeyring(source: SecretKeySource): Promise<Keyring | undefined> {
  const { dataDir, configured, configuredPrevious } = source;
  if (configured !== undefined) return fixedKeyring(configured, ...(configuredPrevious ? [configuredPrevious] : []));
  const current = await readKey(fileIn(dataDir, 'current'));
  return current && fileKeyring(dataDir, current);
}

/**
 * While this process runs a rotation may put another key there. So it looks before it seals, for what is sealed under the
 * old key after that would need it for ever; and before it gives up on opening, which is rare: it remembers each key.
 */
function fileKeyring(dataDir: string, first: Buffer): Keyring {
  const remembered = [first];
  const remember = (name: 'current' | 'previous'): Buffer | undefined => {
    const key = lookAt(fileIn(dataDir, name));
    if (key !== undefined && !remembered.some((one) => one.equals(key))) remembered.push(key);
    return key;
  };
  const current = () => remember('current') ?? remembered.at(-1) ?? first;
  return {
    current,
    others: () => [remember('previous')].filter((key) => key !== undefined),
    find: (fits) => {
      const known = remembered.find(fits);
      if (known !== undefined) return known;
      remember('previous');
      current();
      return remembered.find(fits);
    },
  };
}

const fileIn = (dataDir: string, name: keyof typeof FILES): string => join(dataDir, FILES[name]);

/** Undefined: it isn't there, or holds no key. */
function lookAt(file: string): Buffer | undefined {
  try {
    const key = Buffer.from(readFileSync(file, 'utf8').trim(), 'base64');
    return key.length === KEY_BYTES ? key : undefined;
  } catch {
    return undefined;
  }
}

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

/**
 * Puts a new key in the place of the file `secret-key`, and that one's key into `secret-key.previous`. Killed between any
 * two steps it leaves every key that may have been sealed under where it is looked for, and a repeat goes on. Whatever
 * `secret-key.previous` held before is gone: nothing may be sealed under it any more.
 * @throws Error when there is no key, or a file doesn't hold one
 */
export async function switchKeyFiles(dataDir: string): Promise<void> {
  const [current, previous, next] = [fileIn(dataDir, 'current'), fileIn(dataDir, 'previous'), fileIn(dataDir, 'next')];
  const key = await readKey(current);
  if (key === undefined) throw new Error(`There is no ${current}.`);
  // One that an earlier try made has sealed nothing yet, but is as good as another.
  if ((await readKey(next)) === undefined) await makeKeyFile(next);
  await replaceFile(previous, key);
  await rename(next, current);
  // Before anything is sealed under it: a machine that fails now must find it.
  await syncDirectory(dataDir);
}

async function replaceFile(file: string, key: Buffer): Promise<void> {
  const unfinished = `${file}.${randomBytes(6).toString('hex')}`;
  await writeKey(unfinished, key);
  await rename(unfinished, file);
}

/** Whole or not at all, and never over another one: without the key that sealed them, secrets are lost. */
async function makeKeyFile(file: string): Promise<void> {
  const unfinished = `${file}.${randomBytes(6).toString('hex')}`;
  await writeKey(unfinished, randomBytes(KEY_BYTES));
  try {
    await link(unfinished, file);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    await rm(unfinished, { force: true });
  }
  await syncDirectory(dirname(file));
}

const writeKey = (file: string, key: Buffer): Promise<void> =>
  writeFile(file, `${key.toString('base64')}\n`, { mode: 0o600, flush: true });

async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
