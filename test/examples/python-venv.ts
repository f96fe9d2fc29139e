import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProgram } from '../support/run-program.js';

export interface PythonVenv {
  /** The interpreter, with the packages; absent where there can be none. */
  readonly python: string;
  /** Why there is none, for people. */
  readonly missing: string | undefined;
  remove(): Promise<void>;
}

/** Without an index of packages nobody shall wait for long. */
const PIP = ['-m', 'pip', 'install', '-q', '--disable-pip-version-check', '--timeout', '10', '--retries', '1'];

/** A Python with the packages of a `requirements.txt`, of the test's own; or why this machine can't have one. */
export async function preparePython(requirements: string): Promise<PythonVenv> {
  const venv = await mkdtemp(join(tmpdir(), 'parley-venv-'));
  const python = join(venv, 'bin', 'python');
  const missing =
    (await whyNot('python3', ['-m', 'venv', venv], 'no Python 3 with venv and pip')) ??
    (await whyNot(python, [...PIP, '-r', requirements], 'pip can not install its packages'));
  const remove = () => rm(venv, { recursive: true, force: true });
  // Of tests that are skipped no hook runs.
  if (missing !== undefined) await remove();
  return { python, missing, remove };
}

async function whyNot(command: string, args: readonly string[], reason: string): Promise<string | undefined> {
  const { code, errors } = await runProgram(command, args).catch((error: unknown) => ({
    code: null,
    errors: String(error),
  }));
  return code === 0 ? undefined : `${reason}: ${errors.trim().split('\n').at(-1) ?? ''}`;
}
