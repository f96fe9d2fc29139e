import { afterEach, beforeEach, expect, inject, it, vi } from 'vitest';
import { takeInstanceLock } from '../../src/database/instance-lock.js';
import { parley } from '../support/command-line.js';
import { cloneDatabase, type ClonedDatabase } from '../support/database.js';
import { withClient } from '../support/with-client.js';

let clone: ClonedDatabase;
beforeEach(async () => {
  clone = await cloneDatabase();
  vi.stubEnv('DATABASE_URL', clone.url);
  vi.stubEnv('PARLEY_LOG_LEVEL', 'silent');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await clone.drop();
});

const run = (text: string) => withClient(clone.url, (client) => client.query(text));
/** As a database is before the first start. */
const empty = () => run('drop schema drizzle, config, work, read, log cascade');
const journalRows = async () => (await run('select count(*)::int as n from drizzle.__drizzle_migrations')).rows;

it('brings an empty database up to date, says with what, and finds nothing to do the second time', async () => {
  await empty();
  const first = await parley(['migrate']);
  expect(first.code).toBe(0);
  expect(first.output).toMatch(/^applied {2}0000_initial$/m);
  expect(first.errors).toContain('Applying');
  const again = await parley(['migrate', '--json']);
  expect(again).toMatchObject({ code: 0, errors: '' });
  const report = JSON.parse(again.output) as { before: number };
  expect(report).toMatchObject({ applied: [], missing: [] });
  expect(await journalRows()).toEqual([{ n: report.before }]);
});

it('--check tells what is missing and changes nothing', async () => {
  await empty();
  const check = await parley(['migrate', '--check', '--json']);
  expect(check.code).toBe(1);
  const { missing } = JSON.parse(check.output) as { missing: string[] };
  expect(missing[0]).toBe('0000_initial');
  expect((await run(`select to_regclass('config.instance') as t`)).rows).toEqual([{ t: null }]);
  expect((await parley(['migrate', '--check'])).output).toContain('run `parley migrate`');
  expect((await parley(['migrate', '--json'])).output).toContain(JSON.stringify(missing));
  expect((await parley(['migrate', '--check'])).code).toBe(0);
});

it('refuses a database of a newer version, and leaves it as it is', async () => {
  await run(`insert into drizzle.__drizzle_migrations (hash, created_at) values ('x', 9999999999999)`);
  const before = await journalRows();
  for (const args of [['migrate'], ['migrate', '--check', '--json']]) {
    const refused = await parley(args);
    expect(refused).toMatchObject({ code: 1, output: '' });
    expect(refused.errors).toMatch(/newer Parley.*1 migration /);
  }
  expect(await journalRows()).toEqual(before);
});

it('gives up on tables that somebody holds, says who may, and leaves nobody waiting behind it', async () => {
  await run('drop schema config, work, read, log cascade');
  await run('truncate drizzle.__drizzle_migrations');
  await withClient(clone.url, async (holder) => {
    await holder.query('begin; lock table drizzle.__drizzle_migrations in share mode');
    const held = await parley(['migrate']);
    expect(held).toMatchObject({ code: 1, output: '' });
    expect(held.errors).toMatch(/Somebody holds tables.*parley rebuild --cancel/);
    const waiting = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    expect((await holder.query(waiting)).rowCount).toBe(0);
    expect((await holder.query(`select to_regclass('config.instance') as t`)).rows).toEqual([{ t: null }]);
  });
  expect((await parley(['migrate'])).code).toBe(0);
});

it('changes no tables under a running process of the embedded log, and tells that process apart from none', async () => {
  const lock = await takeInstanceLock(clone.url);
  try {
    expect((await parley(['migrate'])).code).toBe(0);
    await run(`delete from drizzle.__drizzle_migrations`);
    const refused = await parley(['migrate']);
    expect(refused.code).toBe(1);
    expect(refused.errors).toContain('Another Parley process');
    expect(await journalRows()).toEqual([{ n: 0 }]);
  } finally {
    await lock.stop();
  }
});

it('two at once apply each migration once', async () => {
  vi.stubEnv('KAFKA_BROKERS', '127.0.0.1:1');
  await empty();
  const both = await Promise.all([parley(['migrate', '--json']), parley(['migrate', '--json'])]);
  expect(both.map(({ code }) => code)).toEqual([0, 0]);
  const applied = both.flatMap(({ output }) => (JSON.parse(output) as { applied: string[] }).applied);
  expect(new Set(applied).size).toBe(applied.length);
});

it('says in one line that the database is away', async () => {
  const away = new URL(inject('postgresUrl'));
  away.port = '1';
  vi.stubEnv('DATABASE_URL', away.href);
  const { code, output, errors } = await parley(['migrate']);
  expect({ code, output }).toEqual({ code: 1, output: '' });
  expect(errors.trimEnd()).not.toContain('\n');
  expect(errors).not.toContain(away.password);
});
