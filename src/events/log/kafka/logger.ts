import { logLevel, type LogEntry, type logCreator as LogCreator } from 'kafkajs';
import type { Logger } from 'pino';

/** While Kafka is away each part of the client complains at every retry: several a second. */
const SAME_SOURCE_EVERY_MS = 30_000;

/** What may be shown of an entry. The rest may hold records, or what a login is made of. */
const FIELDS = [
  'broker',
  'groupId',
  'topic',
  'partition',
  'error',
  'retryCount',
  'retryTime',
  'correlationId',
] as const;

/** What kafkajs needn't even put into words. */
export function logLevelFor(logger: Logger): logLevel {
  if (logger.isLevelEnabled('trace')) return logLevel.DEBUG;
  return logger.isLevelEnabled('debug') ? logLevel.INFO : logLevel.WARN;
}

/**
 * kafkajs calls it an error when it is about to try again, and whoever waits for the outcome is told of it anyway: to
 * an operator that is a warning, once in a while for each part of the client, and otherwise a detail.
 */
export function logCreator(logger: Logger): LogCreator {
  const spokeAt = new Map<string, number>();
  const isNews = (namespace: string): boolean => {
    const now = performance.now();
    if (now - (spokeAt.get(namespace) ?? -Infinity) < SAME_SOURCE_EVERY_MS) return false;
    spokeAt.set(namespace, now);
    return true;
  };
  return () => (entry) => {
    const fields = { part: entry.namespace, ...shown(entry.log) };
    const message = `Kafka client: ${entry.log.message}`;
    if (entry.level === logLevel.DEBUG) logger.trace(fields, message);
    else if (entry.level === logLevel.INFO || isAnswer(entry) || isAdvice(entry) || !isNews(entry.namespace))
      logger.debug(fields, message);
    else logger.warn(fields, message);
  };
}

/** A broker's refusal of one request: whoever asked is told, and may have expected it. */
const isAnswer = ({ namespace, log }: LogEntry): boolean =>
  namespace === 'Connection' && log.message.startsWith('Response ');

/**
 * At the start of each idempotent producer that doesn't try for ever. This one has one `send` in flight, and one that
 * failed is its last (producer.ts): nothing that an operator could do about it.
 */
const isAdvice = ({ log }: LogEntry): boolean => log.message.startsWith('Limiting retries for the idempotent producer');

const shown = (log: LogEntry['log']): Record<string, unknown> =>
  Object.fromEntries(FIELDS.filter((name) => isPlain(log[name])).map((name) => [name, log[name]]));

const isPlain = (value: unknown): boolean => typeof value === 'string' || typeof value === 'number';
