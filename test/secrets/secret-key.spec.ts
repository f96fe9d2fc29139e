import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadSecretKey } from '../../src/secrets/secret-key.js';

describe('secret key', () => {
  let dataDir: string;
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'parley-key-'));
  });
  afterEach(() => rm(dataDir, { recursive: true }));

  it('is made once, readable by its owner only, and found again', async () => {
    const source = { dataDir: join(dataDir, 'new'), configured: undefined };
    const keys = await Promise.all([loadSecretKey(source), loadSecretKey(source), loadSecretKey(source)]);
    expect(keys[0]).toHaveLength(32);
    expect(new Set(keys.map((key) => key.toString('hex'))).size).toBe(1);
    expect((await stat(join(source.dataDir, 'secret-key'))).mode & 0o777).toBe(0o600);
    expect(await readdir(source.dataDir)).toEqual(['secret-key']);
    expect(await loadSecretKey(source)).toEqual(keys[0]);
  });

  it('is the configured one where there is one, and leaves no file', async () => {
    const configured = randomBytes(32);
    expect(await loadSecretKey({ dataDir, configured })).toEqual(configured);
    expect(await readdir(dataDir)).toEqual([]);
  });

  it('refuses a damaged file instead of replacing it', async () => {
    await writeFile(join(dataDir, 'secret-key'), 'c2hvcnQ=');
    await expect(loadSecretKey({ dataDir, configured: undefined })).rejects.toThrow(/32 bytes/);
  });
});
