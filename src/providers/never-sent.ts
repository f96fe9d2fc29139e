/** Steps of a socket before it is connected: an error of one of them was met before a byte could be written. */
const BEFORE_CONNECTED: ReadonlySet<unknown> = new Set(['connect', 'getaddrinfo']);

/** undici's own deadline for connecting (`connectTimeout`), TLS included: it writes nothing before. */
const CONNECT_TIMEOUT = 'UND_ERR_CONNECT_TIMEOUT';

/**
 * Whether this error of a call proves that no byte of the request left: a refused connection, no such host, no way there,
 * no connection in time. Such a call is `unavailable` (rule 19); every other error, a reset above all, is `unknown`: on a
 * socket that was used before, a reset may have met a request that was read.
 *
 * It goes by the step and not by the code: `ETIMEDOUT` and `EHOSTUNREACH` are also what a *read* of an established
 * connection ends with. A host of several addresses fails with an `AggregateError`; each of them must have been in vain.
 *
 * @param error what undici's `request`, or a socket of Node, failed with
 */
export function wasNeverSent(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof AggregateError) return error.errors.length > 0 && error.errors.every(wasNeverSent);
  if ('code' in error && error.code === CONNECT_TIMEOUT) return true;
  return 'syscall' in error && BEFORE_CONNECTED.has(error.syscall);
}
