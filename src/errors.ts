/** The codes of top-level GraphQL errors that Parley itself raises: the conventions in `test/schema/core.graphql`. */
export type ErrorCode =
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'BAD_USER_INPUT'
  | 'NOT_FOUND'
  | 'RATE_LIMITED'
  | 'QUERY_TOO_COMPLEX'
  | 'CURSOR_INVALID'
  | 'CURSOR_EXPIRED'
  | 'NOT_YET_PROJECTED'
  | 'UNAVAILABLE'
  | 'INTERNAL_SERVER_ERROR';

/**
 * A fault that a caller is told of. It speaks with two voices: `publicMessage` is for the client and says what to do;
 * `message` and `cause` are for the log, and hold no content, address or secret either.
 */
export class AppError extends Error {
  override readonly name: string = 'AppError';
  constructor(
    readonly code: ErrorCode,
    readonly publicMessage: string,
    readonly details: { readonly retryAfterMs?: number; readonly cause?: unknown } = {},
  ) {
    super(publicMessage, { cause: details.cause });
  }
}

/** It isn't known whether something was recorded, or Postgres is away: the same call may be repeated. */
export class UnavailableError extends AppError {
  override readonly name = 'UnavailableError';
  constructor(publicMessage: string, cause?: unknown, retryAfterMs = 1_000) {
    super('UNAVAILABLE', publicMessage, { retryAfterMs, cause });
  }
}
