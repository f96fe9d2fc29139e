import { mkdir, readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import pg from 'pg';
import type { Logger } from 'pino';
import { pause, type Running } from '../lifecycle.js';
import { applicationName } from './open-database.js';
import {
  findPostgresBinaries,
  findPostgresUser,
  type PostgresBinaries,
  type PostgresUser,
} from './postgres-binaries.js';
import { clusterPaths, hasCluster, initCluster, pickPort, tailOf, type ClusterPaths } from './postgres-cluster.js';
import {
  disownPidFile,
  isAlive,
  isPostgresProcess,
  readPostmasterFile,
  startProgram,
  stopPostmaster,
  type PostmasterFile,
} from './postmaster.js';

/** Crash recovery replays what was written since the last checkpoint: seconds, and this is far above. */
const READY_TIMEOUT_MS = 60_000;
const LOOK_EVERY_MS = 20;
const WATCH_EVERY_MS = 250;
const START_TRIES = 3;
/** After a kill -9 of the server a busy session of it may go on for as long as a statement may take. */
const SESSIONS_STILL_THERE = 'pre-existing shared memory block';
const START_WITHIN_MS = 20_000;
const RESTART_BACK_OFF_MAX_MS = 5_000;

export interface EmbeddedPostgresOptions {
  /** Everything lies below it: the cluster in `postgres/`, its password, port and log beside that. */
  readonly dataDir: string;
  /** Told what takes its time, in words for people. */
  readonly onStep?: ((step: string) => void) | undefined;
  readonly log?: Logger | undefined;
  /** Settings of the server beyond ours, e.g. `{ fsync: 'off' }` where data may be lost. */
  readonly settings?: Readonly<Record<string, string>> | undefined;
}

export interface EmbeddedPostgres extends Running {
  /** Of the database `parley`; stays the same as long as this runs, restarts of the server included. */
  readonly url: string;
}

/**
 * Starts PostgreSQL in the data directory, or adopts the one that a killed process left running there. While we live, a
 * server that dies is started again on the same port.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { onStep = () => undefined } = options;
  const dataDir = resolve(options.dataDir);
  const paths = clusterPaths(dataDir);
  await mkdir(dataDir, { recursive: true });
  const server: Server = { paths, settings: options.settings ?? {}, ...(await findPrograms()) };
  if (!(await hasCluster(paths))) {
    onStep('Setting up PostgreSQL');
    await initCluster(paths, server.binaries, server.user);
  }
  onStep('Starting PostgreSQL');
  const running = await startOrAdopt(server, await pickPortUnlessRunning(paths));
  const url = await urlOf(paths, running.port);
  await createDatabase(url);
  const supervisor = supervise(server, running, options.log);
  return { url, stop: () => supervisor.stop(url) };
}

interface Server {
  readonly paths: ClusterPaths;
  readonly binaries: PostgresBinaries;
  readonly user: PostgresUser | undefined;
  readonly settings: Readonly<Record<string, string>>;
}

async function findPrograms(): Promise<Pick<Server, 'binaries' | 'user'>> {
  const [binaries, user] = await Promise.all([findPostgresBinaries(), findPostgresUser()]);
  return { binaries, user };
}

async function pickPortUnlessRunning(paths: ClusterPaths): Promise<number> {
  const found = await readPostmasterFile(paths.clusterDir);
  return found !== undefined && (await isPostgresProcess(found.pid)) ? found.port : pickPort(paths.portFile);
}

/** Idempotent: whoever finds a live server takes it. */
async function startOrAdopt(server: Server, port: number): Promise<PostmasterFile> {
  const deadline = performance.now() + START_WITHIN_MS;
  for (let tries = 1; ; tries += 1) {
    const found = await readPostmasterFile(server.paths.clusterDir);
    if (found !== undefined && (await isPostgresProcess(found.pid))) return untilReady(server.paths, found.pid);
    const first = await startOnce(server, port);
    if (typeof first === 'object') return first;
    const words = await tailOf(server.paths.logFile);
    const isFinal = words.includes(SESSIONS_STILL_THERE) ? performance.now() > deadline : tries === START_TRIES;
    if (isFinal) throw new Error(`PostgreSQL did not start: ${first}.\n${words}`);
    await pause(Math.min(100 * 2 ** tries, 1_000));
  }
}

/** Why it did not start, or what the started server says. */
async function startOnce(server: Server, port: number): Promise<PostmasterFile | string> {
  const { paths, binaries, user } = server;
  await disownPidFile(paths.clusterDir);
  const { pid, exited } = await startProgram(binaries.postgres, serverArgs(server, port), {
    user,
    paths: [paths.clusterDir, binaries.postgres],
    logFile: paths.logFile,
  });
  const ready = untilReady(paths, pid).catch(() => exited);
  return Promise.race([ready, exited]);
}

async function untilReady(paths: ClusterPaths, pid: number): Promise<PostmasterFile> {
  const deadline = performance.now() + READY_TIMEOUT_MS;
  while (performance.now() < deadline && isAlive(pid)) {
    const found = await readPostmasterFile(paths.clusterDir);
    if (found?.pid === pid && found.isReady) return found;
    await pause(LOOK_EVERY_MS);
  }
  throw new Error(`PostgreSQL did not become ready.\n${await tailOf(paths.logFile)}`);
}

/** Quiet on purpose: the words of an error could name a phone number ("Key (…)=(…) already exists"). */
const QUIET = {
  log_min_messages: 'fatal',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_checkpoints: 'off',
};

function serverArgs({ paths, settings }: Server, port: number): readonly string[] {
  const all = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    timezone: 'UTC',
    log_timezone: 'UTC',
    // Statements here are small: compiling one costs more than running it.
    jit: 'off',
    ...QUIET,
    ...settings,
  };
  return ['-D', paths.clusterDir, '-p', String(port), ...Object.entries(all).flatMap(([k, v]) => ['-c', `${k}=${v}`])];
}

async function urlOf(paths: ClusterPaths, port: number): Promise<string> {
  const password = (await readFile(paths.passwordFile, 'utf8')).trim();
  return `postgres://postgres:${password}@127.0.0.1:${port}/parley`;
}

async function createDatabase(url: string): Promise<void> {
  await withClient(url, 'postgres', async (client) => {
    const found = await client.query(`select 1 from pg_database where datname = 'parley'`);
    if (found.rowCount === 0) await client.query('create database parley');
  });
}

async function withClient<Result>(
  url: string,
  database: string,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const target = new URL(url);
  target.pathname = `/${database}`;
  const client = new pg.Client({
    connectionString: target.href,
    connectionTimeoutMillis: 5_000,
    query_timeout: 15_000,
  });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Looks at the server's process four times a second: it may not be our child (adopted), so no exit event tells. */
function supervise(server: Server, first: PostmasterFile, log: Logger | undefined) {
  const stopping = new AbortController();
  let current = first;
  const watch = async () => {
    let failures = 0;
    for (;;) {
      await pause(Math.min(WATCH_EVERY_MS * 2 ** failures, RESTART_BACK_OFF_MAX_MS), stopping.signal);
      if (stopping.signal.aborted) return;
      if (isAlive(current.pid)) continue;
      try {
        log?.warn({ pid: current.pid }, 'PostgreSQL is gone and is started again');
        current = await startOrAdopt(server, first.port);
        failures = 0;
      } catch (error) {
        failures += 1;
        log?.error({ err: error }, 'PostgreSQL could not be started again');
      }
    }
  };
  const watching = watch();
  let stopped: Promise<void> | undefined;
  const stop = async (url: string) => {
    stopping.abort();
    await watching;
    if (!(await isUsedByOthers(url))) await stopPostmaster(current.pid, server.paths.clusterDir);
  };
  return { stop: (url: string) => (stopped ??= stop(url)) };
}

/** Another Parley on the same data directory goes on using the server that we leave. */
async function isUsedByOthers(url: string): Promise<boolean> {
  try {
    return await withClient(url, 'postgres', async (client) => {
      const others = await client.query(
        `select 1 from pg_stat_activity where application_name like 'parley %' and application_name || ' ' not like $1 || ' %' limit 1`,
        [applicationName],
      );
      return others.rowCount !== 0;
    });
  } catch {
    return false;
  }
}
