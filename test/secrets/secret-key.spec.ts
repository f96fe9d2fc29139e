import { randomBytes } from 'node:crypto';
import { copyFile, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSecretBox } from '../../src/secrets/secret-box.js';
import { findKeyring, loadKeyring, switchKeyFiles } from '../../src/secrets/secret-key.js';

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'parley-key-'));
});
afterEach(() => rm(dataDir, { recursive: true }));

const source = () => ({ dataDir, configured: undefined });
const file = (name: string) => join(dataDir, name);

describe('secret key', () => {
  it('is made once, readable by its owner only, and found again', async () => {
    const fresh = { dataDir: join(dataDir, 'new'), configured: undefined };
    const keyrings = await Promise.all([loadKeyring(fresh), loadKeyring(fresh), loadKeyring(fresh)]);
    const keys = keyrings.map((keyring) => keyring.current().toString('hex'));
    expect(keys[0]).toHaveLength(64);
    expect(new Set(keys).size).toBe(1);
    expect((await stat(join(fresh.dataDir, 'secret-key'))).mode & 0o777).toBe(0o600);
    expect(await readdir(fresh.dataDir)).toEqual(['secret-key']);
    expect((await loadKeyring(fresh)).current().toString('hex')).toBe(keys[0]);
  });

  it('is the configured one where there is one, and leaves no file', async () => {
    const [configured, configuredPrevious] = [randomBytes(32), randomBytes(32)];
    const keyring = await loadKeyring({ dataDir, configured, configuredPrevious });
    expect(keyring.current()).toEqual(configured);
    expect(keyring.others()).toEqual([configuredPrevious]);
    expect(await readdir(dataDir)).toEqual([]);
  });

  it('is never made by who only looks for it', async () => {
    expect(await findKeyring(source())).toBeUndefined();
    expect(await readdir(dataDir)).toEqual([]);
  });

  it('refuses a damaged file instead of replacing it', async () => {
    await writeFile(file('secret-key'), 'c2hvcnQ=');
    await expect(loadKeyring(source())).rejects.toThrow(/32 bytes/);
    await expect(switchKeyFiles(dataDir)).rejects.toThrow(/32 bytes/);
  });
});

describe('a new key file', () => {
  const sealed = Buffer.from('sealed');

  it('takes the place of the old one, which opens what it sealed; both are for their owner only', async () => {
    const before = createSecretBox(await loadKeyring(source()));
    const old = before.seal(sealed);
    await switchKeyFiles(dataDir);
    const after = createSecretBox(await loadKeyring(source()));
    expect(after.open(old)).toEqual(sealed);
    expect((await readdir(dataDir)).sort()).toEqual(['secret-key', 'secret-key.previous']);
    for (const name of await readdir(dataDir)) expect((await stat(file(name))).mode & 0o777, name).toBe(0o600);
    // Who has been running all the while seals under the new key too, and opens both.
    const made = before.seal(sealed);
    await rm(file('secret-key.previous'));
    expect(createSecretBox(await loadKeyring(source())).open(made)).toEqual(sealed);
    expect(before.open(old)).toEqual(sealed);
    expect(before.open(after.seal(sealed))).toEqual(sealed);
  });

  it.each([
    ['before anything', async () => Promise.resolve()],
    [
      'after the new key was made',
      async () => writeFile(file('secret-key.next'), `${randomBytes(32).toString('base64')}\n`),
    ],
    [
      'before the new key took its place',
      async () => {
        await writeFile(file('secret-key.next'), `${randomBytes(32).toString('base64')}\n`);
        await copyFile(file('secret-key'), file('secret-key.previous'));
      },
    ],
    ['while it was written', async () => writeFile(file('secret-key.next.abc'), 'half')],
  ])('opens everything when it was killed %s, and when it is repeated then', async (_when, untilThen) => {
    const first = await loadKeyring(source());
    const key = first.current();
    const old = createSecretBox(first).seal(sealed);
    await untilThen();
    const killed = createSecretBox(await loadKeyring(source()));
    const between = killed.seal(sealed);
    expect(killed.open(old)).toEqual(sealed);
    await switchKeyFiles(dataDir);
    const box = createSecretBox(await loadKeyring(source()));
    for (const one of [old, between]) expect(box.open(one)).toEqual(sealed);
    expect((await loadKeyring(source())).current()).not.toEqual(key);
    expect((await readFile(file('secret-key.previous'), 'utf8')).trim()).toBe(key.toString('base64'));
  });

  it('finds the old one where the new one has taken its place, and nothing more happened', async () => {
    const old = createSecretBox(await loadKeyring(source())).seal(sealed);
    await rename(file('secret-key'), file('secret-key.previous'));
    await writeFile(file('secret-key'), `${randomBytes(32).toString('base64')}\n`);
    expect(createSecretBox(await loadKeyring(source())).open(old)).toEqual(sealed);
  });
});
