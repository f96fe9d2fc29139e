import { LogUnavailableError } from '../event-log.js';
import { NoLogYetError } from '../log-look.js';
import { FRAME_ERROR_CODE } from './whole-frames.js';

/** Kafka or its configuration must be changed by somebody: waiting won't heal it. Its message says what to look at. */
export class KafkaSetupError extends Error {
  override readonly name = 'KafkaSetupError';
}

/** kafkajs's errors carry these where they come from the broker (`type`) or from the socket (`code`). */
interface KafkajsFault {
  readonly name: string;
  readonly message: string;
  readonly type?: unknown;
  readonly code?: unknown;
}

const NO_RIGHT =
  'Kafka does not allow it to this user (KAFKA_SASL_USERNAME, or the client certificate of KAFKA_SSL_CERT)';

/** What a broker answers that it will answer again. */
const WRONG: Readonly<Record<string, string>> = {
  SASL_AUTHENTICATION_FAILED: 'Kafka refuses KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD',
  UNSUPPORTED_SASL_MECHANISM: 'Kafka does not know the mechanism that KAFKA_SASL_MECHANISM names',
  ILLEGAL_SASL_STATE: 'Kafka asks for no login at KAFKA_BROKERS, and KAFKA_SASL_MECHANISM is set',
  INVALID_REPLICATION_FACTOR: 'Kafka has fewer brokers than KAFKA_REPLICATION_FACTOR asks for',
  INVALID_TOPIC_EXCEPTION: 'Kafka refuses the names of the topics: look at PARLEY_TOPIC_PREFIX',
  TOPIC_AUTHORIZATION_FAILED: NO_RIGHT,
  CLUSTER_AUTHORIZATION_FAILED: NO_RIGHT,
  GROUP_AUTHORIZATION_FAILED: NO_RIGHT,
  POLICY_VIOLATION: 'Kafka has a policy against topics such as ours: make them by hand',
  UNSUPPORTED_VERSION: 'Kafka is of a version that Parley cannot speak with',
};

/** OpenSSL's and Node's codes for a certificate that isn't believed; TLS alerts begin with ERR_SSL_. */
const NOT_TRUSTED =
  /^(SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_|CERT_|ERR_TLS_CERT_|HOSTNAME_MISMATCH|INVALID_CA)/;
const TLS_REFUSED = /^(ERR_SSL_|ERR_OSSL_|EPROTO$)/;

/** A login that failed because the connection did: kafkajs gives it the same name as a wrong password. */
const CONNECTION_LOST = /closed connection|connection (closed|error|timeout)|timed out|not connected/i;

/** An error of kafkajs in the port's words: `LogUnavailableError` where it may heal, `KafkaSetupError` where it won't. */
export function toLogError(error: unknown): Error {
  if (error instanceof KafkaSetupError || error instanceof LogUnavailableError) return error;
  if (error instanceof NoLogYetError) return error;
  const chain = causesOf(error);
  for (const fault of chain) {
    const what = whatIsWrong(fault);
    if (what !== undefined) return new KafkaSetupError(`${what} (${fault.message.trim()}).`, { cause: error });
  }
  const last = chain.at(-1);
  const hint = last !== undefined && isHangUp(last) ? `. ${IF_IT_LASTS}` : '.';
  // What kafkajs throws when it stumbles over its own null says nothing to anybody.
  const reason = last === undefined || last.name === 'TypeError' ? 'no broker gives an answer' : last.message.trim();
  return new LogUnavailableError(`Kafka is away (${reason})${hint}`, {
    cause: error,
  });
}

/** For those to whom it is all the same why: nobody ends for it who has begun. */
export const toUnavailable = (error: unknown): LogUnavailableError => {
  const fault = toLogError(error);
  return fault instanceof LogUnavailableError ? fault : new LogUnavailableError(fault.message, { cause: error });
};

/** The broker's own word for it, e.g. `TOPIC_ALREADY_EXISTS`; undefined where it isn't one of the broker's. */
export function brokerCodeOf(error: unknown): string | undefined {
  return causesOf(error)
    .map(({ type }) => type)
    .find((type) => typeof type === 'string');
}

export const isNotAllowed = (error: unknown): boolean =>
  brokerCodeOf(error)?.endsWith('_AUTHORIZATION_FAILED') === true;

/** A broker hangs up when it goes down, and also, without a word, on whoever speaks TLS or a login where it has none. */
const isHangUp = ({ name, code }: KafkajsFault): boolean =>
  name === 'KafkaJSConnectionClosedError' || code === 'ECONNRESET' || code === FRAME_ERROR_CODE;

const IF_IT_LASTS = 'If this lasts, KAFKA_SSL or KAFKA_SASL_MECHANISM does not fit the port in KAFKA_BROKERS.';

function whatIsWrong({ name, message, type, code }: KafkajsFault): string | undefined {
  if (typeof type === 'string' && type in WRONG) return WRONG[type];
  if (typeof code === 'string' && NOT_TRUSTED.test(code))
    return 'The certificate of Kafka is not trusted: look at KAFKA_SSL_CA and at the names in KAFKA_BROKERS';
  if (typeof code === 'string' && TLS_REFUSED.test(code))
    return 'Kafka refuses the encrypted connection: look at KAFKA_SSL, KAFKA_SSL_CERT and KAFKA_SSL_KEY';
  if (name !== 'KafkaJSSASLAuthenticationError' || CONNECTION_LOST.test(message)) return undefined;
  return 'Kafka refuses the login: look at KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD';
}

/** kafkajs wraps an error once for each loop that it gave up in, and packs those of several topics into one. */
function causesOf(error: unknown, depth = 0): readonly KafkajsFault[] {
  // 10: its deepest nesting seen was 3.
  if (!(error instanceof Error) || depth > 10) return [];
  const within = 'errors' in error && Array.isArray(error.errors) ? (error.errors as unknown[]) : [error.cause];
  return [error, ...within.flatMap((cause) => causesOf(cause, depth + 1))];
}
