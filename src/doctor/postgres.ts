import type { Pool } from 'pg';
import { readMigrationState } from '../database/migrations.js';
import { systemClock } from '../events/kernel/clock.js';
import type { Check } from './check.js';
import { counted, ok, problem, remark, type Finding } from './finding.js';

/** Below it Parley was never run; from `BOUNDED_FROM` on Postgres ends a transaction whose process stands still. */
const VERSION_MIN = 15;
const BOUNDED_FROM = 17;
/** Leases are reckoned by the database's clock and scheduled times by ours. */
const CLOCK_REMARK_MS = 1_000;
const CLOCK_PROBLEM_MS = 5_000;
/** What one process opens at most, its listeners and locks among them. */
const ONE_PROCESS = 25;

/** The server itself. @param pool of the database that Parley uses */
export const postgresChecks = (pool: Pool): readonly Check[] => [
  { code: 'DATABASE_VERSION', what: 'the version of PostgreSQL', run: () => checkVersion(pool) },
  { code: 'DATABASE_MIGRATIONS', what: 'the migrations', run: () => checkMigrations(pool) },
  { code: 'DATABASE_CLOCK', what: 'the clock of PostgreSQL', run: () => checkClock(pool) },
  { code: 'DATABASE_SETTINGS', what: 'the settings of PostgreSQL', run: () => checkSettings(pool) },
  { code: 'DATABASE_CONNECTIONS', what: 'the connections of PostgreSQL', run: () => checkConnections(pool) },
];

async function checkVersion(pool: Pool): Promise<readonly Finding[]> {
  const { rows } = await pool.query<{ number: string; name: string }>(
    `select current_setting('server_version_num') as number, current_setting('server_version') as name`,
  );
  const major = Math.floor(Number(rows[0]?.number) / 10_000);
  const version = `PostgreSQL is ${rows[0]?.name.split(' ')[0] ?? 'unknown'}`;
  const upgrade = 'Upgrade it: Parley is tested with 18.';
  if (major < VERSION_MIN) return [problem('DATABASE_VERSION', `${version}; ${VERSION_MIN} is needed.`, upgrade)];
  if (major >= BOUNDED_FROM) return [ok('DATABASE_VERSION', `${version}.`)];
  return [remark('DATABASE_VERSION', `${version}: a process that stands still may hold its locks for long.`, upgrade)];
}

async function checkMigrations(pool: Pool): Promise<readonly Finding[]> {
  const { applied, missing, newer } = await readMigrationState(pool);
  if (newer > 0)
    return [
      problem(
        'DATABASE_NEWER',
        `The database is of a newer Parley: ${counted(newer, 'migration')} unknown here.`,
        'Run the newer version here too.',
      ),
    ];
  if (missing.length === 0) return [ok('DATABASE_MIGRATIONS', `All ${applied.length} migrations are applied.`)];
  const said = `${counted(missing.length, 'migration')} missing (${missing.join(', ')}).`;
  return [problem('DATABASE_MIGRATIONS', said, 'Run `parley migrate`, or start Parley: each start does it.')];
}

async function checkClock(pool: Pool): Promise<readonly Finding[]> {
  const askedAt = systemClock.now().getTime();
  const { rows } = await pool.query<{ now_ms: number }>(
    'select (extract(epoch from clock_timestamp()) * 1000)::float8 as now_ms',
  );
  const answeredAt = systemClock.now().getTime();
  // Whatever lies between question and answer is no difference.
  const theirs = rows[0]?.now_ms ?? NaN;
  const differenceMs = theirs < askedAt ? askedAt - theirs : Math.max(0, theirs - answeredAt);
  const seconds = `${(differenceMs / 1_000).toFixed(1)} s`;
  const synchronise = 'Let both machines follow the same time server (NTP).';
  const said = `The clock of PostgreSQL and of this machine differ by ${seconds}.`;
  if (differenceMs >= CLOCK_PROBLEM_MS) return [problem('DATABASE_CLOCK', said, synchronise)];
  if (differenceMs >= CLOCK_REMARK_MS) return [remark('DATABASE_CLOCK', said, synchronise)];
  return [ok('DATABASE_CLOCK', 'The clocks of PostgreSQL and of this machine agree.')];
}

interface Setting {
  readonly name: string;
  /** By regular expression: what is well. */
  readonly good: RegExp;
  readonly why: string;
}

const SETTINGS: readonly Setting[] = [
  { name: 'fsync', good: /^on$/, why: 'what was acknowledged is lost when the machine fails' },
  { name: 'full_page_writes', good: /^on$/, why: 'the database may be damaged when the machine fails' },
  { name: 'synchronous_commit', good: /^(on|local|remote_)/, why: 'what was acknowledged is lost in a crash' },
  { name: 'default_transaction_isolation', good: /^read committed$/, why: 'claims and positions fail on each other' },
  { name: 'default_transaction_read_only', good: /^off$/, why: 'nothing can be written' },
  { name: 'transaction_read_only', good: /^off$/, why: 'it is a standby: nothing can be written' },
  { name: 'idle_session_timeout', good: /^0$/, why: 'listeners are cut off whenever nothing happens' },
];

async function checkSettings(pool: Pool): Promise<readonly Finding[]> {
  const { rows } = await pool.query<{ name: string; setting: string }>(
    'select name, setting from pg_settings where name = any($1)',
    [SETTINGS.map(({ name }) => name)],
  );
  const found = new Map(rows.map(({ name, setting }) => [name, setting]));
  const bad = SETTINGS.filter(({ name, good }) => !good.test(found.get(name) ?? '') && found.has(name));
  if (bad.length === 0) return [ok('DATABASE_SETTINGS', 'No setting of PostgreSQL hurts.')];
  return bad.map(({ name, why }) =>
    problem(
      'DATABASE_SETTINGS',
      `${name} is ${found.get(name) ?? ''}: ${why}.`,
      `Set ${name} back to its default in PostgreSQL.`,
    ),
  );
}

async function checkConnections(pool: Pool): Promise<readonly Finding[]> {
  const { rows } = await pool.query<{ most: number; used: number }>(`
    select current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int as most,
      (select count(*)::int from pg_stat_activity where backend_type = 'client backend') as used`);
  const { most = 0, used = 0 } = rows[0] ?? {};
  const said = `${most - used} of ${most} connections of PostgreSQL are free`;
  if (most - used >= ONE_PROCESS) return [ok('DATABASE_CONNECTIONS', `${said}.`)];
  const more = 'Raise max_connections of PostgreSQL, or run fewer processes.';
  return [remark('DATABASE_CONNECTIONS', `${said}, and one more process takes up to ${ONE_PROCESS}.`, more)];
}
