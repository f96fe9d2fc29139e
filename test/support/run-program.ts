import { spawn } from 'node:child_process';

export interface ProgramResult {
  /** What it ended with; null when it was killed, as it is when it takes too long. */
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

const PROGRAM_TIMEOUT_MS = 60_000;

/** Runs a program to its end. @throws Error when it can't be started */
export async function runProgram(command: string, args: readonly string[], input = ''): Promise<ProgramResult> {
  const child = spawn(command, args, { stdio: 'pipe', timeout: PROGRAM_TIMEOUT_MS, killSignal: 'SIGKILL' });
  const read = { output: '', errors: '' };
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (read.output += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (read.errors += chunk));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('close', resolve);
    // It may end without reading; its code says whether that was right.
    child.stdin.on('error', () => undefined).end(input);
  });
  return { code, ...read };
}
