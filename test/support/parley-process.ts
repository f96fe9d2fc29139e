import { spawn, type ChildProcess } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Role } from '../../src/config.js';
import { eventually } from './eventually.js';
import { newScratch } from './scratch.js';
import { endWithUs } from './watchdog.js';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const API_KEY = 'pk_faults-0000000000000000000000000000000000000';

/** Tests send as fast as they can, with one key. What is about a limit sets it. */
export const AMPLE_LIMITS = {
  ...{ PARLEY_LIMIT_REQUESTS: '100000', PARLEY_LIMIT_SENDS: '100000', PARLEY_LIMIT_COST: '10000000' },
};

/** SIGSTOP freezes a process until SIGCONT: to others it looks as if it had died, and then it comes back. */
export type FaultSignal = 'SIGKILL' | 'SIGTERM' | 'SIGSTOP' | 'SIGCONT';

/** A whole Parley in a process of its own, from the built `dist`, that a test may kill. */
export interface ParleyProcess {
  readonly url: string;
  readonly apiKey: string;
  readonly pid: number;
  /** Everything it printed so far. */
  output(): string;
  isRunning(): boolean;
  /** Sends the signal. One that ends it: resolves with the exit code when it is gone; the others at once with null. */
  kill(signal: FaultSignal): Promise<number | null>;
}

export interface ParleyOptions {
  /** Undefined: embedded PostgreSQL in `dataDir`. */
  readonly databaseUrl?: string;
  readonly dataDir: string;
  /** Default: all of them. */
  readonly roles?: readonly Role[];
  /** Default: one that the operating system picks. */
  readonly port?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** The program that is Parley; default: the built `dist`. */
  readonly program?: string;
  /** Whether to wait until it is ready, or only until it listens. Default true. */
  readonly untilReady?: boolean;
  /** Kills it, also while it still starts. */
  readonly signal?: AbortSignal;
}

/** A data directory that is gone after the test. Reachable by the `postgres` user that embedded PostgreSQL runs as. */
export async function temporaryDataDir(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await newScratch('parley-fault-');
  return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 5 }) };
}

/**
 * A free port that stays free while nobody listens on it, so that a process finds it again after a restart: it lies
 * below the range out of which Linux gives ports to whoever asks for any (32768 and above).
 */
export async function reservePort(): Promise<number> {
  return eventually(async () => {
    const port = randomInt(20_000, 32_000);
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(port, '127.0.0.1', resolve);
    });
    await new Promise((resolve) => server.close(resolve));
    return port;
  });
}

/** @throws as soon as it ends by itself, or when it isn't there in time; nothing of it is left then */
export async function startParley(options: ParleyOptions): Promise<ParleyProcess> {
  const child = spawn(process.execPath, [options.program ?? MAIN, 'start', ...rolesArgument(options.roles)], {
    env: {
      PATH: process.env['PATH'],
      PORT: String(options.port ?? 0),
      PARLEY_DATA_DIR: options.dataDir,
      PARLEY_BOOTSTRAP_API_KEY: API_KEY,
      ...AMPLE_LIMITS,
      ...(options.databaseUrl === undefined ? {} : { DATABASE_URL: options.databaseUrl }),
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    signal: options.signal,
    killSignal: 'SIGKILL',
  });
  endWithUs(child);
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  const output = () => printed;
  const ended = new Promise<never>((_resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => reject(new Error(`Parley ended with ${code ?? signal}:\n${printed}`)));
  });
  try {
    const url = await Promise.race([untilListening(output), ended]);
    if (options.untilReady !== false) await Promise.race([untilReady(url, output), ended]);
    const pid = child.pid ?? 0;
    const kill = (signal: FaultSignal) => sendSignal(child, signal);
    return { url, apiKey: API_KEY, pid, output, isRunning: () => isRunning(child), kill };
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  } finally {
    ended.catch(() => undefined);
  }
}

const rolesArgument = (roles?: readonly Role[]) => (roles === undefined ? [] : ['--roles', roles.join(',')]);

const untilListening = (output: () => string): Promise<string> =>
  eventually(
    () => {
      const [, url] = /Listening on (http:\/\/127\.0\.0\.1:\d+)/.exec(output()) ?? [];
      if (url === undefined) throw new Error(`Parley printed no address:\n${output()}`);
      return url;
    },
    { timeoutMs: 60_000 },
  );

/** Waits until `/readyz` answers 200. */
export async function untilReady(url: string, output?: () => string): Promise<void> {
  await eventually(
    async () => {
      const answer = await fetch(`${url}/readyz`);
      const reasons = await answer.text();
      if (answer.status !== 200) throw new Error(`not ready: ${reasons}\n${output?.() ?? ''}`);
    },
    { timeoutMs: 60_000, everyMs: 50 },
  );
}

const isRunning = (child: ChildProcess) => child.exitCode === null && child.signalCode === null;

function sendSignal(child: ChildProcess, signal: FaultSignal): Promise<number | null> {
  if (!isRunning(child)) return Promise.resolve(child.exitCode);
  const gone = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  child.kill(signal);
  return signal === 'SIGKILL' || signal === 'SIGTERM' ? gone : Promise.resolve(null);
}
