import { pino, type Logger } from 'pino';

const CAUSES_MAX = 5;
/** Whatever is logged under one of these names may hold a secret, an address or what somebody wrote. */
const REDACTED = [
  ...['authorization', 'cookie', 'apiKey', 'token', 'secret', 'password', 'settings', 'headers', 'params', 'values'],
  ...['address', 'phoneNumber', 'displayName', 'content', 'text', 'payload', 'body', 'value'],
];

/** JSON lines on stderr. Errors are reduced to what can't hold content; see `describeError`. */
export function createLogger(level: string): Logger {
  return pino(
    {
      level,
      base: undefined,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: REDACTED.flatMap((name) => [name, `*.${name}`]), censor: '[redacted]' },
      serializers: { err: describeError, error: describeError },
    },
    // Synchronous: at the default level lines are few, and the last one before a crash is the one that counts.
    pino.destination({ fd: 2, sync: true }),
  );
}

/**
 * An error as it may be logged: name, code, message, stack, causes. Nothing else of it, because drivers hang their
 * parameters onto errors (pg: `detail`, `where`; drizzle: `params`, and once more at the end of its message), and
 * parameters are message bodies and phone numbers. Messages that quote what was wrong are replaced: see `safeMessage`.
 */
export function describeError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error))
    return typeof error === 'string' ? withoutParameters(error) : `thrown: ${typeof error}`;
  if (depth >= CAUSES_MAX) return error.name;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  const causes = error instanceof AggregateError ? error.errors.slice(0, CAUSES_MAX) : undefined;
  return {
    name: error.name,
    ...(code === undefined ? {} : { code }),
    message: safeMessage(error),
    stack: framesOf(error),
    ...(error.cause === undefined ? {} : { cause: describeError(error.cause, depth + 1) }),
    ...(causes === undefined ? {} : { errors: causes.map((cause: unknown) => describeError(cause, depth + 1)) }),
  };
}

/** Drizzle ends its messages with the statement's parameters. */
export const withoutParameters = (message: string): string => message.replace(/\nparams: [\s\S]*$/, '');

/** SQLSTATE 22 (data) and 23 (constraints): Postgres quotes the value that it refuses. */
const REFUSED_DATA = /^2[23][0-9A-Z]{3}$/;

/** What an error says, without what somebody wrote: parsers and Postgres quote what they could not take. */
export function safeMessage(error: Error): string {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (error instanceof SyntaxError) return 'It could not be parsed.';
  if (REFUSED_DATA.test(code)) return `Postgres refuses the data (SQLSTATE ${code}).`;
  if ('issues' in error) return 'It has not the form that it must have.';
  return withoutParameters(error.message);
}

/** The frames without the message that V8 puts before them. */
const framesOf = (error: Error): string[] =>
  (error.stack ?? '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => /^at .+:\d+:\d+\)?$/.test(line));

/** For people: the message and its causes', on one line. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Node's own, where every address of a name was tried, has no words of its own.
  if (error instanceof AggregateError && error.message === '') return error.errors.map(messageOf).join(', ');
  const own = withoutParameters(error.message);
  return error.cause === undefined ? own : `${own} (${messageOf(error.cause)})`;
}
