import { GraphQLError, Kind, type GraphQLFormattedError } from 'graphql';
import type { Logger } from 'pino';
import { isDatabaseAway, sqlStateOf } from '../../database/errors.js';
import { MicroBatchFullError } from '../../database/micro-batch.js';
import { AppError, UnavailableError } from '../../errors.js';
import { LogUnavailableError } from '../../events/log/event-log.js';
import { PageCursorError } from '../../events/queries/finders.js';

/** What a client is told of a fault, the same over HTTP and WebSocket. */
export type ErrorPresenter = (error: unknown) => GraphQLFormattedError;

const SUGGESTION = / ?Did you mean [\s\S]+$/;

/**
 * Ours keep their code; GraphQL's own keep their words, without suggestions, which would tell the schema's names; of
 * all else a client learns nothing, and the log gets it.
 */
export function createErrorPresenter(logger: Logger): ErrorPresenter {
  return (error) => {
    const cause = causeOf(error);
    const known = asAppError(cause);
    const place = placeOf(error);
    if (known !== undefined) return { ...place, message: known.publicMessage, extensions: extensionsOf(known) };
    if (cause instanceof GraphQLError) {
      return { ...place, message: withoutValues(cause.message), extensions: { code: codeOf(cause, error) } };
    }
    logger.error({ err: cause }, 'A request failed.');
    return {
      ...place,
      message: 'Something went wrong on our side. The server’s log says what.',
      extensions: { code: 'INTERNAL_SERVER_ERROR' },
    };
  };
}

/**
 * GraphQL's own words without what they quote: graphql-js answers a wrong variable with the whole of it, a message's text
 * and number included, and answers end up in the logs of whoever stands between. Where it is wrong and why stays.
 */
export const withoutValues = (message: string): string =>
  QUOTES.reduce((text, [quote, instead]) => text.replace(quote, instead), message);

/** In this order, and greedy: a value may hold whatever would end it, and the reason at the end quotes it once more. */
const QUOTES: readonly (readonly [RegExp, string])[] = [
  [SUGGESTION, ''],
  [/ cannot represent [\s\S]*$/, ' cannot represent this value.'],
  [/Value "[\s\S]*" does not exist in /, 'The value does not exist in '],
  [/ got invalid value [\s\S]* at "([\w.[\]]+)"; /, ' got an invalid value at "$1"; '],
  [/ got invalid value [\s\S]*; /, ' got an invalid value; '],
  [/ has invalid value [\s\S]*$/, ' has an invalid value.'],
  [/, found [\s\S]*$/, '.'],
  [/Unexpected \w+ "[\s\S]*"/, 'Unexpected token'],
];

/** A fault as an error that Apollo answers with a fitting HTTP status, for whatever goes wrong before the execution. */
export function toGraphQLError(error: unknown): GraphQLError {
  if (error instanceof GraphQLError) return error;
  const known = asAppError(error);
  const status = known === undefined ? 500 : STATUS_OF[known.code];
  const headers = new Map(known?.details.retryAfterMs === undefined ? [] : [['retry-after', retryAfterSeconds(known)]]);
  if (known?.code === 'UNAUTHENTICATED') headers.set('www-authenticate', 'Bearer');
  return new GraphQLError(known?.publicMessage ?? 'Something went wrong on our side.', {
    originalError: error instanceof Error ? error : new Error('Something that is no error was thrown.'),
    extensions: { code: known?.code ?? 'INTERNAL_SERVER_ERROR', http: { status, headers } },
  });
}

/** Whether waiting helps: the database or the log is away, or the projection is behind. */
export function isUnavailable(error: unknown): boolean {
  const code = asAppError(causeOf(error))?.code;
  return code === 'UNAVAILABLE' || code === 'NOT_YET_PROJECTED';
}

/** Where nothing was executed. */
export const STATUS_OF: Readonly<Record<AppError['code'], number>> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  BAD_USER_INPUT: 400,
  NOT_FOUND: 400,
  RATE_LIMITED: 429,
  QUERY_TOO_COMPLEX: 400,
  CURSOR_INVALID: 400,
  CURSOR_EXPIRED: 400,
  NOT_YET_PROJECTED: 503,
  UNAVAILABLE: 503,
  INTERNAL_SERVER_ERROR: 500,
};

const retryAfterSeconds = (error: AppError) => String(Math.ceil((error.details.retryAfterMs ?? 0) / 1_000));

/** What lies under the wrappings that graphql-js puts around a resolver's error. */
function causeOf(error: unknown): unknown {
  let at = error;
  while (at instanceof GraphQLError && at.originalError !== undefined) at = at.originalError;
  return at;
}

function asAppError(error: unknown): AppError | undefined {
  if (error instanceof AppError) return error;
  if (error instanceof PageCursorError)
    return new AppError('CURSOR_INVALID', 'This is not a page cursor of this list.');
  if (error instanceof LogUnavailableError) {
    return new UnavailableError('It is not known whether this was recorded. Repeat it with the same idempotencyKey.');
  }
  if (error instanceof MicroBatchFullError) return new UnavailableError('Too many are waiting. Try again.', error);
  if (isDatabaseAway(error)) return new UnavailableError('The database is away. Try again in a moment.');
  // It stood still for as long as a statement may take (F10): no fault of the query's.
  if (sqlStateOf(error) === QUERY_CANCELED) return new UnavailableError('The database is busy. Try again in a moment.');
  return undefined;
}

const QUERY_CANCELED = '57014';

const extensionsOf = ({ code, details }: AppError) => ({
  code,
  ...(details.retryAfterMs === undefined ? {} : { retryAfterMs: details.retryAfterMs }),
});

const placeOf = (error: unknown): Pick<GraphQLFormattedError, 'locations' | 'path'> =>
  error instanceof GraphQLError
    ? { ...(error.locations && { locations: error.locations }), ...(error.path && { path: error.path }) }
    : {};

/** GraphQL's own: said by whoever refused, else told by what the error points at. */
function codeOf(error: GraphQLError, outer: unknown): unknown {
  const said = error.extensions['code'] ?? (outer instanceof GraphQLError ? outer.extensions['code'] : undefined);
  if (said !== undefined) return said;
  if (isAboutInput(error) || isAboutInput(outer)) return 'BAD_USER_INPUT';
  return isRefusal(error) ? 'BAD_REQUEST' : 'INTERNAL_SERVER_ERROR';
}

/** Apollo refuses a persisted query whose hash is wrong with 400, and with no code. */
const isRefusal = ({ extensions }: GraphQLError): boolean =>
  (extensions['http'] as { status?: number } | undefined)?.status === 400;

const isAboutInput = (error: unknown): boolean => {
  const kind = error instanceof GraphQLError ? error.nodes?.[0]?.kind : undefined;
  return kind === Kind.VARIABLE_DEFINITION || kind === Kind.ARGUMENT;
};
