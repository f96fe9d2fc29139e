import { randomBytes } from 'node:crypto';
import { chown, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { PostgresBinaries, PostgresUser } from './postgres-binaries.js';
import { startProgram } from './postmaster.js';
import { withTimeout } from '../lifecycle.js';

/** The PostgreSQL release line that the npm package brings. Its data directory can't be read by another one. */
const MAJOR_VERSION = '18';
const INIT_TIMEOUT_MS = 120_000;

/** Where everything of an embedded PostgreSQL lies. */
export interface ClusterPaths {
  readonly clusterDir: string;
  readonly passwordFile: string;
  readonly portFile: string;
  readonly logFile: string;
}

export const clusterPaths = (dataDir: string): ClusterPaths => ({
  clusterDir: join(dataDir, 'postgres'),
  passwordFile: join(dataDir, 'postgres-password'),
  portFile: join(dataDir, 'postgres-port'),
  logFile: join(dataDir, 'postgres.log'),
});

/** @throws Error when the data was written by another major version: it says what to do */
export async function hasCluster(paths: ClusterPaths): Promise<boolean> {
  const version = await readFile(join(paths.clusterDir, 'PG_VERSION'), 'utf8').catch(() => undefined);
  if (version === undefined) return false;
  if (version.trim() === MAJOR_VERSION) return true;
  throw new Error(
    `${paths.clusterDir} holds data of PostgreSQL ${version.trim()}, and this Parley brings PostgreSQL ${MAJOR_VERSION}. ` +
      `Start the Parley that wrote it, export with pg_dump, and restore into an empty data directory (PARLEY_DATA_DIR); ` +
      `or point DATABASE_URL at a PostgreSQL ${version.trim()} of your own.`,
  );
}

/** Makes the cluster beside its place and renames it at the end: a start that was killed half-way leaves nothing behind. */
export async function initCluster(
  paths: ClusterPaths,
  binaries: PostgresBinaries,
  user: PostgresUser | undefined,
): Promise<void> {
  const unfinished = `${paths.clusterDir}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true, mode: 0o700 });
  const passwordFile = join(unfinished, '..', 'postgres-password.unfinished');
  await writeFile(passwordFile, randomBytes(24).toString('base64url'), { mode: 0o600 });
  if (user) await Promise.all([unfinished, passwordFile].map((path) => chown(path, user.uid, user.gid)));
  const identity = ['--username=postgres', '--auth=scram-sha-256', `--pwfile=${passwordFile}`];
  const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  const init = await startProgram(binaries.initdb, [`--pgdata=${unfinished}`, ...identity, ...locale], {
    user,
    paths: [unfinished, binaries.initdb],
    logFile: paths.logFile,
  });
  const failure = await withTimeout(INIT_TIMEOUT_MS, init.exited, 'it took more than two minutes');
  if (failure !== '') throw new Error(`PostgreSQL could not be set up: ${failure}.\n${await tailOf(paths.logFile)}`);
  await rename(passwordFile, paths.passwordFile);
  await rename(unfinished, paths.clusterDir);
}

/** The last words of a program that failed; PostgreSQL is configured to name no values in them. */
export async function tailOf(logFile: string): Promise<string> {
  const text = await readFile(logFile, 'utf8').catch(() => '');
  return text.slice(-1_500).trim();
}

/** The port of the last start when it is free, else one that the operating system picks. */
export async function pickPort(portFile: string): Promise<number> {
  const kept = Number(await readFile(portFile, 'utf8').catch(() => '0'));
  const port = kept > 0 ? await tryPort(kept).catch(() => tryPort(0)) : await tryPort(0);
  await writeFile(portFile, String(port));
  return port;
}

function tryPort(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const { port: taken } = server.address() as AddressInfo;
      server.close(() => resolve(taken));
    });
  });
}
