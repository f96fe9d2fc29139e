import { isDatabaseAway, sqlStateOf } from '../database/errors.js';
import { LogUnavailableError } from '../events/log/event-log.js';
import { boundedBy } from '../lifecycle.js';
import { problem, type Finding } from './finding.js';

/** Looks at one thing and says what it found. Changes nothing. */
export interface Check {
  /** What its findings begin with. */
  readonly code: string;
  /** What it looks at, to say so where it could not. */
  readonly what: string;
  readonly run: () => Promise<readonly Finding[]>;
}

/** A store that swallows everything must not hold the others' findings. */
export const CHECK_WITHIN_MS = 5_000;

/** All at the same time, told in their order; one that fails or takes too long says so and spares the others. */
export async function runChecks(checks: readonly Check[], withinMs = CHECK_WITHIN_MS): Promise<readonly Finding[]> {
  const found = await Promise.all(checks.map((check) => runOne(check, withinMs)));
  return found.flat();
}

class TooLateError extends Error {
  override readonly name = 'TooLateError';
}

async function runOne({ code, what, run }: Check, withinMs: number): Promise<readonly Finding[]> {
  try {
    return await boundedBy(withinMs, () => new TooLateError(), run);
  } catch (error) {
    const why = reasonOf(error, withinMs);
    return [
      problem(`${code}_NOT_SEEN`, `Could not look at ${what}: ${why}.`, 'Run it again; if this stays, look there.'),
    ];
  }
}

/** Nothing that a driver says is passed on: it may name what somebody wrote. */
function reasonOf(error: unknown, withinMs: number): string {
  if (error instanceof TooLateError) return `no answer within ${withinMs / 1_000} s`;
  if (error instanceof LogUnavailableError) return 'the log is away';
  if (isDatabaseAway(error)) return 'PostgreSQL is away';
  const state = sqlStateOf(error);
  if (state !== undefined) return `PostgreSQL refuses it (SQLSTATE ${state})`;
  return error instanceof Error ? error.name : 'unknown';
}
