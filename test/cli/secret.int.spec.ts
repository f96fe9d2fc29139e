import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { openDatabase } from '../../src/database/open-database.js';
import { loadInstanceSecret } from '../../src/secrets/instance-secret.js';
import { createSecretBox } from '../../src/secrets/secret-box.js';
import { parley as run } from '../support/command-line.js';
import { cloneDatabase, type ClonedDatabase } from '../support/database.js';
import { testLog } from '../support/log.js';

const KEY = randomBytes(32);

let clones: ClonedDatabase[] = [];
let dataDir: string;
beforeEach(async () => {
  clones = await Promise.all([cloneDatabase(), cloneDatabase()]);
  dataDir = await mkdtemp(join(tmpdir(), 'parley-instance-'));
  vi.stubEnv('PARLEY_DATA_DIR', dataDir);
  vi.stubEnv('PARLEY_SECRET_KEY', KEY.toString('base64'));
  vi.stubEnv('PARLEY_LOG_LEVEL', 'silent');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await Promise.all(clones.map((clone) => clone.drop()));
  await rm(dataDir, { recursive: true });
});

async function parley(database: number, args: readonly string[], input = '') {
  vi.stubEnv('DATABASE_URL', clones[database]?.url);
  return run(['secret', ...args], {
    // As a pipe brings it: in pieces.
    input: (async function* () {
      for (const piece of input.match(/.{1,50}/gs) ?? []) yield Promise.resolve(Buffer.from(piece));
    })(),
  });
}

/** As a start does it. */
async function secretOf(database: number): Promise<Buffer> {
  const opened = openDatabase(clones[database]?.url ?? '', testLog, { poolMax: 1 });
  try {
    return await loadInstanceSecret(opened, createSecretBox(KEY));
  } finally {
    await opened.close();
  }
}

it('rule 5: an empty database becomes the instance that was exported, with the same secret', async () => {
  const secret = await secretOf(0);
  const exported = await parley(0, ['export']);
  expect(exported).toMatchObject({ code: 0, errors: '' });
  expect(exported.output.trimEnd()).not.toContain('\n');
  for (const encoding of ['base64', 'base64url', 'hex'] as const)
    expect(exported.output).not.toContain(secret.toString(encoding));
  const imported = await parley(1, ['import', '-'], exported.output);
  expect(imported).toMatchObject({ code: 0, errors: '' });
  expect(await secretOf(1)).toEqual(secret);
  // And a repeat finds that it is done.
  const file = join(dataDir, 'copy.json');
  await writeFile(file, exported.output);
  expect(await parley(1, ['import', file])).toEqual(imported);
  expect((await parley(1, ['export'])).output).toBe(exported.output);
});

it('refuses a database that is another instance already, and leaves it what it is', async () => {
  await secretOf(0);
  const secret = await secretOf(1);
  const { output } = await parley(0, ['export']);
  const refused = await parley(1, ['import', '-'], output);
  expect(refused).toMatchObject({ code: 1, output: '' });
  expect(refused.errors).toContain('into an empty one');
  expect(await secretOf(1)).toEqual(secret);
});

it('refuses what it can not open, and says which key is needed', async () => {
  await secretOf(0);
  const { output } = await parley(0, ['export']);
  vi.stubEnv('PARLEY_SECRET_KEY', randomBytes(32).toString('base64'));
  for (const refused of [await parley(0, ['export']), await parley(1, ['import', '-'], output)]) {
    expect(refused).toMatchObject({ code: 1, output: '' });
    expect(refused.errors).toContain('PARLEY_SECRET_KEY');
  }
  vi.stubEnv('PARLEY_SECRET_KEY', '');
  const keyless = await parley(1, ['import', '-'], output);
  expect(keyless.errors).toContain('Set PARLEY_SECRET_KEY');
  vi.stubEnv('PARLEY_SECRET_KEY', KEY.toString('base64'));
  expect((await parley(1, ['export'])).errors).toContain('no instance yet');
});

it.each([
  ['nothing', () => ''],
  ['something else', () => '{"format":"parley-instance/2"}'],
  ['a changed fingerprint', (copy: string) => copy.replace(/"fingerprint":"./, '"fingerprint":"_')],
  ['a changed secret', (copy: string) => copy.replace(/(?<="secretSealed":".{40})./, (c) => (c === 'A' ? 'B' : 'A'))],
  ['no end', () => '{'.repeat(70_000)],
])('refuses %s', async (_what, spoil) => {
  await secretOf(0);
  const { output } = await parley(0, ['export']);
  expect(await parley(1, ['import', '-'], spoil(output))).toMatchObject({ code: 1, output: '' });
  expect((await parley(1, ['export'])).errors).toContain('no instance yet');
});

it('says how it is used', async () => {
  expect((await parley(0, ['import'])).code).toBe(2);
  expect(await parley(0, ['import', join(dataDir, 'not-there')])).toMatchObject({ code: 1 });
});
