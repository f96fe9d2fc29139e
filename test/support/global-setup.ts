import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../src/database/embedded-postgres.js';
import { migrate } from '../../src/database/migrate.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** Of the run's PostgreSQL; only `test/support/database.ts` reads it. */
    postgresUrl: string;
  }
}

export const TEMPLATE_DATABASE = 'parley_template';

/** One PostgreSQL for the run, whichever projects take part: this file is loaded once for each of them. */
interface SharedPostgres {
  users: number;
  readonly started: Promise<{ readonly url: string; readonly stop: () => Promise<void> }>;
}
const shared = globalThis as { parleyTestPostgres?: SharedPostgres };

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const postgres = (shared.parleyTestPostgres ??= { users: 0, started: startPostgres() });
  postgres.users += 1;
  const { url, stop } = await postgres.started;
  project.provide('postgresUrl', url);
  return async () => {
    postgres.users -= 1;
    if (postgres.users > 0) return;
    delete shared.parleyTestPostgres;
    await stop();
  };
}

async function startPostgres() {
  const dataDir = await mkdtemp(join(tmpdir(), 'parley-test-'));
  // Nothing here must survive a power cut.
  const settings = { fsync: 'off', full_page_writes: 'off', max_connections: '300' };
  const postgres = await startEmbeddedPostgres({ dataDir, settings });
  const dismissWatchdog = await watchOver(dataDir);
  await makeTemplate(postgres);
  const stop = async () => {
    await postgres.stop();
    dismissWatchdog();
    await rm(dataDir, { recursive: true, force: true });
  };
  return { url: postgres.url, stop };
}

async function makeTemplate(postgres: EmbeddedPostgres): Promise<void> {
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  await client.query(`create database ${TEMPLATE_DATABASE}`);
  await client.end();
  const url = new URL(postgres.url);
  url.pathname = `/${TEMPLATE_DATABASE}`;
  await migrate(url.href);
}

/** A run that is killed leaves no server behind: a shell reads from us, and when we are gone it stops Postgres. */
async function watchOver(dataDir: string): Promise<() => void> {
  const pid = (await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8')).split('\n')[0] ?? '';
  const script = 'read word; [ "$word" = dismissed ] || { kill -QUIT "$1"; sleep 1; rm -rf "$2"; }';
  const watchdog = spawn('sh', ['-c', script, 'sh', pid, dataDir], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  watchdog.unref();
  return () => void watchdog.stdin.end('dismissed\n');
}
