import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { open, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pause } from '../lifecycle.js';
import type { PostgresUser } from './postgres-binaries.js';

/** What a running server says about itself in its data directory. */
export interface PostmasterFile {
  readonly pid: number;
  readonly port: number;
  readonly isReady: boolean;
}

/** Undefined when there is no such file, or it is only half written. */
export async function readPostmasterFile(clusterDir: string): Promise<PostmasterFile | undefined> {
  const text = await readFile(join(clusterDir, 'postmaster.pid'), 'utf8').catch(() => '');
  // Line by line: pid, data directory, start time, port, socket directory, address, shared memory, status.
  const lines = text.split('\n');
  const pid = Number(lines[0]);
  const port = Number(lines[3]);
  return pid > 0 && port > 0 ? { pid, port, isReady: lines[7]?.trim() === 'ready' } : undefined;
}

export const isAlive = (pid: number): boolean => isTaken(pid) && !isZombie(pid);

/** Whether the number belongs to a process, or still to the zombie of one. */
function isTaken(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: somebody else's process, but a process.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** A server that outlived its Parley ends as a zombie where the container's first process reaps nobody. */
function isZombie(pid: number): boolean {
  if (process.platform !== 'linux') return false;
  try {
    return /\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** Whether the process of a pid file is PostgreSQL and not another one that got the number after a reboot. */
export async function isPostgresProcess(pid: number): Promise<boolean> {
  if (!isAlive(pid)) return false;
  if (process.platform !== 'linux') return true;
  const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
  return name.trim() === 'postgres';
}

export interface ProgramOptions {
  readonly user: PostgresUser | undefined;
  /** What the program must be able to reach: its own file and its data. */
  readonly paths: readonly string[];
  readonly logFile: string;
}

/** A started program; `exited` resolves with how it ended. */
export interface StartedProgram {
  readonly pid: number;
  readonly exited: Promise<string>;
}

/**
 * Starts a program of PostgreSQL in a session of its own, so that a Ctrl-C in our terminal doesn't stop it before us.
 * Its words go to a file and not to a pipe: it may outlive us (kill -9), and the next start adopts it.
 */
export async function startProgram(
  program: string,
  args: readonly string[],
  options: ProgramOptions,
): Promise<StartedProgram> {
  const { command, identity } = await asUser([program, ...args], options);
  const [first = program, ...rest] = command;
  const logFile = await open(options.logFile, 'w', 0o600);
  try {
    const child = spawn(first, rest, {
      ...identity,
      cwd: '/',
      detached: true,
      env: { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
      stdio: ['ignore', logFile.fd, logFile.fd],
    });
    child.unref();
    const exited = new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(`${error.message}; ${IF_NOT_REACHED}`));
      child.once('exit', (code, signal) => resolve(code === 0 ? '' : `it ended with ${signal ?? code}`));
    });
    return { pid: child.pid ?? 0, exited };
  } finally {
    await logFile.close();
  }
}

interface Disguise {
  readonly command: readonly string[];
  readonly identity: Partial<PostgresUser>;
}

/**
 * As root the program runs as another user, and that user may be unable to pass a directory above the data or above
 * node_modules (/root, or one that `mktemp -d` made). Then it keeps the one capability that lets it pass.
 */
async function asUser(command: readonly string[], { user, paths }: ProgramOptions): Promise<Disguise> {
  if (user === undefined) return { command, identity: {} };
  const reachable = await Promise.all(paths.map((path) => canReach(user, path)));
  if (reachable.every(Boolean)) return { command, identity: user };
  const become = [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups'];
  return { command: ['setpriv', ...become, ...TO_PASS_EVERY_DIRECTORY, '--', ...command], identity: {} };
}

const IF_NOT_REACHED = 'as root, keep Parley and its data where the user postgres can read, or install setpriv';

/** The secure bit lets the capability count in access(2) too, by which initdb looks for its sibling programs. */
const TO_PASS_EVERY_DIRECTORY = [
  '--securebits=+no_setuid_fixup',
  '--inh-caps=+dac_override',
  '--ambient-caps=+dac_override',
];

async function canReach(user: PostgresUser, path: string): Promise<boolean> {
  for (let at = dirname(path); ; at = dirname(at)) {
    const { uid, gid, mode } = await stat(at);
    const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) return false;
    if (at === dirname(at)) return true;
  }
}

const FAST_SHUTDOWN_MS = 5_000;
const LOOK_EVERY_MS = 20;

/** A fast shutdown (sessions are ended, everything is written); after 5 s an immediate one, which the next start recovers. */
export async function stopPostmaster(pid: number, clusterDir: string): Promise<void> {
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) {
    if (isAlive(pid)) process.kill(pid, signal);
    const deadline = performance.now() + FAST_SHUTDOWN_MS;
    while (isAlive(pid) && performance.now() < deadline) await pause(LOOK_EVERY_MS);
    if (!isAlive(pid)) return;
  }
  throw new Error(`The PostgreSQL of ${clusterDir} (process ${pid}) does not stop.`);
}

/** Above what any system gives to a process. */
const NOBODYS_PID = 9_999_999;

/**
 * For a pid file whose number belongs to another process now, or to the zombie of the killed server that nobody has
 * reaped: PostgreSQL would take either for a live server and refuse. Only the number goes. The file itself must stay: by it a new server finds out whether sessions of the killed
 * one are still writing, and waits for them; deleting it is how clusters get corrupted.
 */
export async function disownPidFile(clusterDir: string): Promise<void> {
  const file = join(clusterDir, 'postmaster.pid');
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return;
  const pid = Number(text.split('\n')[0]);
  if (!isTaken(pid) || (await isPostgresProcess(pid))) return;
  await writeFile(file, text.replace(/^[^\n]*/, String(NOBODYS_PID)));
}
