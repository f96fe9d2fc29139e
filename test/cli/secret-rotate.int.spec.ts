import { randomBytes, randomUUID } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { bootstrapWorkspace } from '../../src/access/bootstrap.js';
import type { Database } from '../../src/database/database.js';
import { workspaceIds } from '../../src/events/kernel/ids.js';
import { loadInstanceSecret } from '../../src/secrets/instance-secret.js';
import { SEALED_COLUMN_NAMES } from '../../src/secrets/reseal.js';
import { createSecretBox } from '../../src/secrets/secret-box.js';
import { loadKeyring } from '../../src/secrets/secret-key.js';
import { parley } from '../support/command-line.js';
import { eventually } from '../support/eventually.js';
import { doctor } from './doctor-rig.js';
import { openEnvironment, type Environment } from './environment.js';

const [OLD, NEW] = [randomBytes(32), randomBytes(32)];
/** More than one batch. */
const CHANNELS = 250;

let environment: Environment;
let database: Database;
let dataDir: string;
let secret: Buffer;
beforeEach(async () => {
  environment = await openEnvironment();
  ({ database, dataDir } = environment);
});
afterEach(() => environment.stop());

const settingsOf = (index: number) => JSON.stringify({ token: `t${index}` });

/** An instance with channels, as the first start and some mutations make it. */
async function fill(box: ReturnType<typeof createSecretBox>): Promise<void> {
  secret = await loadInstanceSecret(database, box);
  const { workspaceId } = await bootstrapWorkspace({ database, dataDir, configuredKey: 'a configured key' });
  for (let index = 0; index < CHANNELS; index += 1) await insertChannel(workspaceIds.toUuid(workspaceId), box, index);
}

const insertChannel = (workspaceId: string, box: ReturnType<typeof createSecretBox>, index: number) =>
  database.pool.query(
    `insert into config.channels (id, workspace_id, name, provider, platform, settings_sealed)
     values ($1, $2, $3, 'SANDBOX', 'WHATSAPP', $4)`,
    [randomUUID(), workspaceId, String(index), box.seal(Buffer.from(settingsOf(index)))],
  );

/** @throws when anything that is sealed doesn't open to what it was */
async function expectAllOpens(box: ReturnType<typeof createSecretBox>): Promise<void> {
  expect(await loadInstanceSecret(database, box)).toEqual(secret);
  const { rows } = await database.pool.query<{ name: string; settings_sealed: Buffer }>(
    'select name, settings_sealed from config.channels',
  );
  expect(rows).toHaveLength(CHANNELS);
  for (const row of rows) expect(box.open(row.settings_sealed).toString()).toBe(settingsOf(Number(row.name)));
}

const configure = (key: Buffer | undefined, previous: Buffer | undefined) => {
  vi.stubEnv('PARLEY_SECRET_KEY', key?.toString('base64') ?? '');
  vi.stubEnv('PARLEY_SECRET_KEY_PREVIOUS', previous?.toString('base64') ?? '');
};
const rotate = async () => {
  const { code, output } = await parley(['secret', 'rotate', '--json']);
  return { code, ...(JSON.parse(output) as { resealed: number; unopened: number }) };
};

it('seals everything under the configured key, so that the previous one opens nothing any more; twice is as once', async () => {
  await fill(createSecretBox(OLD));
  configure(NEW, OLD);
  expect((await doctor()).of('SECRET_KEY_ROTATION')[0]?.message).toContain(`${CHANNELS + 1} secrets`);
  expect(await rotate()).toEqual({ code: 0, resealed: CHANNELS + 1, unopened: 0 });
  await expectAllOpens(createSecretBox(NEW));
  expect(await rotate()).toEqual({ code: 0, resealed: 0, unopened: 0 });
  expect((await doctor()).of('SECRET_KEY_PREVIOUS')[0]?.remedy).toContain('Unset PARLEY_SECRET_KEY_PREVIOUS');
  configure(NEW, undefined);
  expect((await doctor()).of('SECRET_KEY_PREVIOUS')).toEqual([]);
});

it('makes a new key file where the key is one, keeps the old, and a process that runs all the while opens everything', async () => {
  configure(undefined, undefined);
  const running = createSecretBox(await loadKeyring({ dataDir, configured: undefined }));
  const before = await readFile(join(dataDir, 'secret-key'), 'utf8');
  await fill(running);
  expect(await rotate()).toMatchObject({ code: 0, resealed: CHANNELS + 1 });
  expect(await readFile(join(dataDir, 'secret-key'), 'utf8')).not.toBe(before);
  expect(await readFile(join(dataDir, 'secret-key.previous'), 'utf8')).toBe(before);
  await expectAllOpens(running);
  expect((await doctor()).of('SECRET_KEY_PREVIOUS')[0]?.remedy).toContain('secret-key.previous');
  // What the running one seals now is under the new key: the old one may go.
  const [one] = (await database.pool.query<{ workspace_id: string }>('select workspace_id from config.channels')).rows;
  await database.pool.query(`delete from config.channels where name = '7'`);
  await insertChannel(one?.workspace_id ?? '', running, 7);
  await rm(join(dataDir, 'secret-key.previous'));
  await expectAllOpens(createSecretBox(await loadKeyring({ dataDir, configured: undefined })));
});

it('ends a rotation that was killed half-way before it makes another key', async () => {
  configure(undefined, undefined);
  await fill(createSecretBox(await loadKeyring({ dataDir, configured: undefined })));
  // Held back at its last channel, then its session is ended as a kill -9 ends it.
  const holder = await database.pool.connect();
  await holder.query('begin');
  await holder.query('select 1 from config.channels order by id desc limit 1 for update');
  const killed = parley(['secret', 'rotate', '--json']);
  const others = `from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  await eventually(async () => expect((await database.pool.query(`select 1 ${others}`)).rowCount).toBe(1));
  await database.pool.query(`select pg_terminate_backend(pid) ${others}`);
  expect((await killed).code).toBe(1);
  await holder.query('rollback');
  holder.release();
  const key = await readFile(join(dataDir, 'secret-key'), 'utf8');
  await expectAllOpens(createSecretBox(await loadKeyring({ dataDir, configured: undefined })));
  const ended = await rotate();
  expect(ended).toMatchObject({ code: 0, unopened: 0 });
  expect(ended.resealed).toBeGreaterThan(0);
  expect(ended.resealed).toBeLessThan(CHANNELS + 1);
  expect(await readFile(join(dataDir, 'secret-key'), 'utf8')).toBe(key);
  await rm(join(dataDir, 'secret-key.previous'));
  await expectAllOpens(createSecretBox(await loadKeyring({ dataDir, configured: undefined })));
});

it('leaves what it can not open as it is, and says so', async () => {
  await fill(createSecretBox(OLD));
  configure(NEW, randomBytes(32));
  expect(await rotate()).toEqual({ code: 1, resealed: 0, unopened: CHANNELS + 1 });
  await expectAllOpens(createSecretBox(OLD));
  expect((await doctor()).problems).toContain('SECRET_KEY');
});

it('says how to begin where the key is configured, and that the previous one alone is not enough', async () => {
  await fill(createSecretBox(OLD));
  configure(OLD, undefined);
  const unprepared = await parley(['secret', 'rotate']);
  expect(unprepared).toMatchObject({ code: 2, output: '' });
  expect(unprepared.errors).toContain('PARLEY_SECRET_KEY_PREVIOUS');
  configure(undefined, OLD);
  expect((await parley(['secret', 'rotate'])).code).toBe(2);
  expect(await readdir(dataDir)).toEqual([]);
});

it('two at once: one rotates, and the other says so', async () => {
  await fill(createSecretBox(OLD));
  configure(NEW, OLD);
  const both = await Promise.all([parley(['secret', 'rotate']), parley(['secret', 'rotate'])]);
  const codes = both.map(({ code }) => code).sort();
  // Whoever comes after the other has ended finds nothing left to do.
  expect([
    [0, 0],
    [0, 1],
  ]).toContainEqual(codes);
  await expectAllOpens(createSecretBox(NEW));
});

it('knows every column that is sealed', async () => {
  const { rows } = await database.pool.query<{ name: string }>(
    `select table_schema || '.' || table_name || '.' || column_name as name from information_schema.columns
     where data_type = 'bytea' and column_name like '%sealed%' order by 1`,
  );
  expect(rows.map(({ name }) => name)).toEqual(SEALED_COLUMN_NAMES);
});
