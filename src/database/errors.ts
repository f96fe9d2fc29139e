/**
 * SQLSTATE classes and codes, and Node's socket codes, that say "Postgres is away or on its way out". Repeating the same
 * work later may succeed; what was in flight may or may not have been committed.
 */
const AWAY_CODES: ReadonlySet<string> = new Set([
  ...['57P01', '57P02', '57P03', '57P05', '53300', '53200', '53100', '25006', '25P03', '25P04'],
  ...['ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH'],
  ...['ENOTFOUND', 'EAI_AGAIN'],
]);

/** What `pg` and `pg-pool` throw without a code. */
const AWAY_MESSAGES = [
  'Connection terminated',
  'connection timeout',
  'timeout exceeded when trying to connect',
  'Client has encountered a connection error',
  'Client was closed',
  'Query read timeout',
  'Connection ended unexpectedly',
  'timeout expired',
];

/** Whether this error, or what it was caused by, means that Postgres can't be reached at the moment. */
export function isDatabaseAway(error: unknown): boolean {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 8; at = at.cause, depth += 1) {
    const code = codeOf(at);
    if (code !== undefined && (AWAY_CODES.has(code) || code.startsWith('08'))) return true;
    // A socket file that isn't there; any other missing file is no matter of Postgres.
    if (code === 'ENOENT' && 'syscall' in at && at.syscall === 'connect') return true;
    const { message } = at;
    if (AWAY_MESSAGES.some((known) => message.includes(known))) return true;
    if (at instanceof AggregateError && at.errors.some(isDatabaseAway)) return true;
  }
  return false;
}

/** The SQLSTATE of the first error in the chain of causes that has one, e.g. `23505`. */
export function sqlStateOf(error: unknown): string | undefined {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 8; at = at.cause, depth += 1) {
    const code = codeOf(at);
    if (code !== undefined && /^[0-9A-Z]{5}$/.test(code)) return code;
  }
  return undefined;
}

function codeOf(error: Error): string | undefined {
  const code: unknown = 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}
