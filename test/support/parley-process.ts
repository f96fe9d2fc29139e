import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from './eventually.js';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const API_KEY = 'pk_faults-0000000000000000000000000000000000000';

/** A whole Parley in a process of its own, from the built `dist`, that a test may kill. */
export interface ParleyProcess {
  readonly url: string;
  readonly apiKey: string;
  readonly pid: number;
  /** Everything it printed so far. */
  output(): string;
  /** Sends the signal and resolves with the exit code when the process is gone. */
  kill(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null>;
}

export interface ParleyOptions {
  /** Undefined: embedded PostgreSQL in `dataDir`. */
  readonly databaseUrl?: string;
  readonly dataDir: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Whether to wait until it is ready, or only until it listens. Default true. */
  readonly untilReady?: boolean;
}

/** A data directory that is gone after the test. Reachable by the `postgres` user that embedded PostgreSQL runs as. */
export async function temporaryDataDir(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'parley-fault-'));
  return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 5 }) };
}

export async function startParley(options: ParleyOptions): Promise<ParleyProcess> {
  const child = spawn(process.execPath, [MAIN, 'start'], {
    env: {
      PATH: process.env['PATH'],
      PORT: '0',
      PARLEY_DATA_DIR: options.dataDir,
      PARLEY_BOOTSTRAP_API_KEY: API_KEY,
      ...(options.databaseUrl === undefined ? {} : { DATABASE_URL: options.databaseUrl }),
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  const output = () => printed;
  const url = await eventually(
    () => {
      if (child.exitCode !== null) throw new Error(`Parley ended with ${child.exitCode}:\n${printed}`);
      const found = /http:\/\/127\.0\.0\.1:\d+/.exec(printed);
      if (!found) throw new Error(`Parley printed no address:\n${printed}`);
      return found[0];
    },
    { timeoutMs: 60_000 },
  );
  if (options.untilReady !== false) await untilReady(url, child, output);
  return { url, apiKey: API_KEY, pid: child.pid ?? 0, output, kill: (signal) => kill(child, signal) };
}

/** Waits until `/readyz` answers 200. */
export async function untilReady(url: string, child?: ChildProcess, output?: () => string): Promise<void> {
  await eventually(
    async () => {
      if (child && child.exitCode !== null)
        throw new Error(`Parley ended with ${child.exitCode}:\n${output?.() ?? ''}`);
      const answer = await fetch(`${url}/readyz`);
      const reasons = await answer.text();
      if (answer.status !== 200) throw new Error(`not ready: ${reasons}`);
    },
    { timeoutMs: 60_000 },
  );
}

function kill(child: ChildProcess, signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode);
  const gone = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  child.kill(signal);
  return gone;
}
