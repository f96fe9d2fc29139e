import type { Command } from 'commander';

/** What the process ends with. */
export const EXIT = { ok: 0, failed: 1, usage: 2 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** SIGHUP: the terminal was closed, and the embedded PostgreSQL must not outlive it. */
export const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Told what the verb ended with. */
export type Finish = (exitCode: ExitCode) => void;

/** Adds a verb to the command line; `program.ts` lists them. A verb asks for no more of the process than it needs. */
export type AddVerb<Deps> = (program: Command, deps: Deps, finish: Finish) => void;

/** What was asked for can't be meant: the message says what can. Ends the process with 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
