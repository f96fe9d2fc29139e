import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAuthenticator, newApiKey } from '../../src/access/api-keys.js';
import { API_KEY_FILE, bootstrapWorkspace } from '../../src/access/bootstrap.js';
import { SCOPES } from '../../src/access/caller.js';
import { createKeyUsage } from '../../src/access/key-usage.js';
import type { Database } from '../../src/database/database.js';
import { openDatabase } from '../../src/database/open-database.js';
import { cloneDatabase, type ClonedDatabase } from '../support/database.js';
import { testLog } from '../support/log.js';

let clone: ClonedDatabase;
let database: Database;
let dataDir: string;
let now: Date;
beforeEach(async () => {
  clone = await cloneDatabase();
  database = openDatabase(clone.url, testLog);
  dataDir = await mkdtemp(join(tmpdir(), 'parley-access-'));
  now = new Date();
});
afterEach(async () => {
  await database.close();
  await clone.drop();
  await rm(dataDir, { recursive: true });
});

const bootstrap = (configuredKey?: string) => bootstrapWorkspace({ database, dataDir, configuredKey });
const authenticator = () => createAuthenticator({ database, clock: { now: () => now } });
const expire = (when: string) => database.pool.query(`update config.api_keys set expires_at = ${when}`);

describe('the first workspace', () => {
  it('is made once, with a key for all scopes that only its owner can read', async () => {
    const first = await bootstrap();
    expect(first.apiKey).toMatch(/^pk_[A-Za-z0-9_-]{43}$/);
    const path = join(dataDir, API_KEY_FILE);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await readFile(path, 'utf8')).trim()).toBe(first.apiKey);
    expect(await bootstrap()).toEqual(first);
    const caller = await authenticator().authenticate(first.apiKey);
    expect(caller).toMatchObject({ workspaceId: first.workspaceId, scopes: new Set(SCOPES), expiresAt: null });
  });

  it('is administered by the configured key, and by its former value no more', async () => {
    const first = await bootstrap('one key');
    const second = await bootstrap('another key');
    expect(second.workspaceId).toBe(first.workspaceId);
    expect(await authenticator().authenticate('another key')).toBeDefined();
    expect(await authenticator().authenticate('one key')).toBeUndefined();
  });

  it('is made once by two processes at once', async () => {
    const made = await Promise.all(Array.from({ length: 5 }, () => bootstrap('shared key')));
    expect(new Set(made.map(({ workspaceId }) => workspaceId)).size).toBe(1);
  });

  it('has one made key where two processes make it at once', async () => {
    for (let round = 0; round < 20; round += 1) {
      const made = await Promise.all(Array.from({ length: 5 }, () => bootstrap()));
      expect(new Set(made.map(({ apiKey }) => apiKey)).size).toBe(1);
      await rm(join(dataDir, API_KEY_FILE));
    }
  });

  it('says what to do about an empty key file', async () => {
    await writeFile(join(dataDir, API_KEY_FILE), '');
    await expect(bootstrap()).rejects.toThrow('Remove it');
  });
});

describe('the authenticator', () => {
  it('knows no key that was never made, and stores none as it is', async () => {
    const { apiKey } = await bootstrap();
    for (const secret of ['', newApiKey(), `${apiKey} `, 'x'.repeat(100_000), 'a\0b'])
      expect(await authenticator().authenticate(secret)).toBeUndefined();
    const { rows } = await database.pool.query('select api_keys::text as row from config.api_keys');
    expect(JSON.stringify(rows)).not.toContain(apiKey);
  });

  it('refuses an expired key at once, remembered or not', async () => {
    const { apiKey } = await bootstrap();
    await expire(`to_timestamp(${now.getTime() / 1_000 + 2})`);
    const remembering = authenticator();
    expect(await remembering.authenticate(apiKey)).toBeDefined();
    now = new Date(now.getTime() + 2_100);
    expect(await remembering.authenticate(apiKey)).toBeUndefined();
    expect(await authenticator().authenticate(apiKey)).toBeUndefined();
  });

  it('forgets a revoked key within 5 s', async () => {
    const { apiKey } = await bootstrap();
    const remembering = authenticator();
    expect(await remembering.authenticate(apiKey)).toBeDefined();
    await database.pool.query('delete from config.api_keys');
    now = new Date(now.getTime() + 5_000);
    expect(await remembering.authenticate(apiKey)).toBeUndefined();
  });

  it('asks Postgres together for all who ask at once', async () => {
    const { apiKey } = await bootstrap();
    const one = authenticator();
    const callers = await Promise.all([
      ...Array.from({ length: 50 }, () => one.authenticate(apiKey)),
      one.authenticate(newApiKey()),
    ]);
    expect(callers.filter((caller) => caller !== undefined)).toHaveLength(50);
  });
});

describe('the use of keys', () => {
  it('is noted in one statement for many, in the end at the latest, and never goes back', async () => {
    const { apiKey } = await bootstrap();
    const used = async () =>
      (await database.pool.query<{ at: Date | null }>('select last_used_at as at from config.api_keys')).rows[0]?.at;
    expect(await used()).toBeNull();
    const noteAt = async (at: Date) => {
      now = at;
      const usage = createKeyUsage({ database, logger: testLog });
      const asked = createAuthenticator({ database, clock: { now: () => now }, usage });
      for (let times = 0; times < 3; times += 1) await asked.authenticate(apiKey);
      await usage.stop();
    };
    const at = new Date();
    await noteAt(at);
    expect(await used()).toEqual(at);
    await noteAt(new Date(at.getTime() - 60_000));
    expect(await used()).toEqual(at);
  });
});

describe('who came in', () => {
  it('F31: is known for who he was as long as his key is good', async () => {
    const { apiKey } = await bootstrap('first');
    const one = authenticator();
    const caller = await one.authenticate(apiKey);
    const stranger = await authenticator().authenticate(apiKey);
    if (caller === undefined || stranger === undefined) throw new Error('The key opens nothing.');
    // Another's caller is none of its own: it doesn't know what that one came in with.
    expect(await one.areStillValid([caller, stranger, caller])).toEqual([true, false, true]);
    await database.pool.query('update config.workspaces set suspended_at = now()');
    expect(await one.areStillValid([caller])).toEqual([false]);
    await database.pool.query('update config.workspaces set suspended_at = null');
    expect(await one.areStillValid([caller])).toEqual([true]);
    await bootstrap('second');
    expect(await one.areStillValid([caller])).toEqual([false]);
  });
});
