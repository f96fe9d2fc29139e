import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createAuthenticator } from '../../src/access/api-keys.js';
import { bootstrapWorkspace } from '../../src/access/bootstrap.js';
import { WORKSPACE_SCOPES } from '../../src/access/caller.js';
import type { Database } from '../../src/database/database.js';
import { parseRecord } from '../../src/events/codec.js';
import { loadInstanceSecret } from '../../src/secrets/instance-secret.js';
import { createSecretBox } from '../../src/secrets/secret-box.js';
import { parley } from '../support/command-line.js';
import { openEnvironment, type Environment } from './environment.js';

let environment: Environment;
let database: Database;
let workspaceId: string;
beforeEach(async () => {
  environment = await openEnvironment();
  ({ database } = environment);
  await loadInstanceSecret(database, createSecretBox(randomBytes(32)));
  ({ workspaceId } = await bootstrapWorkspace({ ...environment, configuredKey: undefined }));
});
afterEach(() => environment.stop());

interface Shown {
  readonly id: string;
  readonly key?: string;
  readonly scopes: readonly string[];
  readonly expiresAt: string | null;
}
const create = async (...args: string[]): Promise<Shown & { key: string }> => {
  const { code, output, errors } = await parley(['key', 'create', '--json', ...args]);
  expect({ code, errors }).toEqual({ code: 0, errors: '' });
  return JSON.parse(output) as Shown & { key: string };
};
const list = async (...args: string[]): Promise<readonly Shown[]> => {
  const { code, output } = await parley(['key', 'list', '--json', ...args]);
  expect(code).toBe(0);
  return output
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Shown);
};
/** As a process does it that has never seen the key. */
const authenticate = (key: string, now = new Date()) =>
  createAuthenticator({ database, clock: { now: () => now } }).authenticate(key);

async function audited(): Promise<readonly unknown[]> {
  const { rows } = await database.pool.query<{ key: string; headers: Record<string, string>; value: Buffer }>(
    'select key, headers, value from work.outbox order by created_at, sequence',
  );
  return rows.map((row) => {
    const parsed = parseRecord({ partition: 0, offset: 0n, ...row });
    return parsed.kind === 'event' ? { type: parsed.event.type, key: row.key, ...parsed.event.data } : parsed;
  });
}

it('makes a key that opens what it was asked for, and shows it this once', async () => {
  const made = await create('--name', 'Inbox', '--scopes', 'messages:read, messages:send');
  expect(made).toMatchObject({ workspaceId, name: 'Inbox', scopes: ['messages:send', 'messages:read'] });
  expect(await authenticate(made.key)).toMatchObject({
    ...{ workspaceId, keyId: made.id, expiresAt: null },
    scopes: new Set(['MESSAGES_SEND', 'MESSAGES_READ']),
  });
  const text = (await parley(['key', 'list'])).output;
  expect(text).toContain(made.id);
  expect(text + JSON.stringify(await list())).not.toContain(made.key);
  const plain = await parley(['key', 'create', '--name', 'Plain', '--scopes', 'all']);
  expect(plain.output).toMatch(/^pk_[\w-]{43}\n$/);
  expect((await authenticate(plain.output.trim()))?.scopes).toEqual(new Set(WORKSPACE_SCOPES));
});

it('revokes a key within 5 s, and says when it had ended before', async () => {
  const { id, key } = await create('--name', 'Gone soon', '--scopes', 'all');
  const remembering = { now: new Date() };
  const authenticator = createAuthenticator({ database, clock: { now: () => remembering.now } });
  expect(await authenticator.authenticate(key)).toBeDefined();
  expect(await parley(['key', 'revoke', id])).toMatchObject({ code: 0, errors: '' });
  remembering.now = new Date(remembering.now.getTime() + 5_000);
  expect(await authenticator.authenticate(key)).toBeUndefined();
  expect(JSON.parse((await parley(['key', 'revoke', id, '--json'])).output)).toMatchObject({ id, revoked: false });
  expect((await list()).find((one) => one.id === id)?.expiresAt).not.toBeNull();
});

it('rule 3: each change puts one audit event into the outbox, in its transaction', async () => {
  const { id } = await create('--name', 'Audited', '--scopes', 'events:read');
  await parley(['key', 'revoke', id]);
  await parley(['key', 'revoke', id]);
  const said = { type: 'audit.recorded', key: workspaceId, actorKeyId: null, subjectId: id };
  expect(await audited()).toEqual([
    { ...said, action: 'api_key.create' },
    { ...said, action: 'api_key.revoke' },
  ]);
  // What can't be told isn't done either: without an instance there is nobody to tell it of.
  await database.pool.query('delete from config.instance');
  const refused = await parley(['key', 'create', '--name', 'Untold', '--scopes', 'all']);
  expect(refused).toMatchObject({ code: 1, output: '' });
  expect(refused.errors).toContain('start Parley on it once');
  expect((await list()).map(({ id }) => id)).toHaveLength(2);
});

it('lets a key end by itself, after a time or at one', async () => {
  const soon = await create('--name', 'Soon', '--scopes', 'all', '--expires', '30m');
  const minutes = (Date.parse(soon.expiresAt ?? '') - Date.now()) / 60_000;
  expect(minutes).toBeGreaterThan(29);
  expect(minutes).toBeLessThanOrEqual(30);
  const at = '2101-01-31T09:00:00+02:00';
  const later = await create('--name', 'Later', '--scopes', 'all', '--expires', at);
  expect(later.expiresAt).toBe(new Date(at).toISOString());
  expect(await authenticate(later.key, new Date(Date.parse(at) - 1))).toBeDefined();
  expect(await authenticate(later.key, new Date(at))).toBeUndefined();
});

it.each([
  ['a scope that is none', ['--name', 'x', '--scopes', 'messages:sent'], 'messages:send'],
  ['a scope as GraphQL spells it', ['--name', 'x', '--scopes', 'MESSAGES_SEND'], 'messages:send'],
  ['no scopes', ['--name', 'x'], '--scopes'],
  ['no name', ['--scopes', 'all'], '--name'],
  ['an empty name', ['--name', ' ', '--scopes', 'all'], '1 to 100 characters'],
  ['a name that moves the cursor', ['--name', 'a\u001b[2J', '--scopes', 'all'], 'control characters'],
  ['the name of the bootstrap key', ['--name', 'Bootstrap key (made at the first start)', '--scopes', 'all'], 'choose'],
  ['a time that has passed', ['--name', 'x', '--scopes', 'all', '--expires', '2020-01-01T00:00:00Z'], 'passed'],
  ['a day that is none', ['--name', 'x', '--scopes', 'all', '--expires', '2030-02-30T00:00:00Z'], 'RFC 3339'],
  ['no duration', ['--name', 'x', '--scopes', 'all', '--expires', '0d'], '90d'],
  ['a workspace that is none', ['--name', 'x', '--scopes', 'all', '--workspace', 'Demo'], 'ws_'],
])('answers %s with 2 and what to write', async (_what, args, hint) => {
  const { code, output, errors } = await parley(['key', 'create', ...args]);
  expect({ code, output }).toEqual({ code: 2, output: '' });
  expect(errors).toContain(hint);
  expect(await list()).toHaveLength(1);
});

it('names workspaces and keys that are not there in one line', async () => {
  const other = 'ws_01h455vb4pex5vsknk084sn02q';
  const unknown = await parley(['key', 'create', '--name', 'x', '--scopes', 'all', '--workspace', other]);
  expect(unknown).toMatchObject({ code: 1, output: '' });
  expect(unknown.errors).toBe(`There is no workspace ${other}. There are: ${workspaceId}.\n`);
  expect((await parley(['key', 'revoke', 'key_01h455vb4pex5vsknk084sn02q'])).errors).toContain('There is no key');
  expect((await parley(['key', 'revoke', 'pk_x'])).code).toBe(2);
});

it('tells who revokes the bootstrap key that the next start makes it valid again', async () => {
  const [bootstrap] = await list('--workspace', workspaceId);
  const { code, errors } = await parley(['key', 'revoke', bootstrap?.id ?? '']);
  expect(code).toBe(0);
  expect(errors).toContain('PARLEY_BOOTSTRAP_API_KEY');
});

it('shows a name that would move the cursor harmlessly', async () => {
  await database.pool.query(`update config.api_keys set name = e'a\\u001b[2Jb\\u202ec'`);
  expect((await parley(['key', 'list'])).output).toContain('a\ufffd[2Jb\ufffdc');
  // eslint-disable-next-line no-control-regex
  expect((await parley(['key', 'list', '--json'])).output).not.toMatch(/[\u001b\u202e]/);
});

it('asks for the tables before it asks them', async () => {
  await database.pool.query('drop schema drizzle cascade');
  const { code, errors } = await parley(['key', 'list']);
  expect(code).toBe(1);
  expect(errors).toContain('parley migrate');
});
