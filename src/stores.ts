import type { Logger } from 'pino';
import type { Config } from './config.js';
import type { Database } from './database/database.js';
import { startEmbeddedPostgres } from './database/embedded-postgres.js';
import { isDatabaseAway } from './database/errors.js';
import { takeInstanceLock } from './database/instance-lock.js';
import { migrate, TablesHeldError } from './database/migrate.js';
import { openDatabase } from './database/open-database.js';
import { setSearchLanguage } from './database/search-language.js';
import { withChecksums } from './events/log/checksums.js';
import { LogUnavailableError, type EventLog } from './events/log/event-log.js';
import type { LogLook } from './events/log/log-look.js';
import { keepMarks } from './events/log/log-marks.js';
import { lookAtKafkaLog, openKafkaLog } from './events/log/kafka/open-kafka-log.js';
import { lookAtPostgresLog } from './events/log/postgres/look.js';
import { openPostgresLog } from './events/log/postgres/open-postgres-log.js';
import type { KafkaConfig } from './kafka-config.js';
import { stopAll, type Running } from './lifecycle.js';

/** What everything is kept in: Postgres, and the event log. */
export interface Stores extends Running {
  readonly database: Database;
  readonly log: EventLog;
}

export interface StoresDeps {
  readonly logger: Logger;
  readonly onStep: (title: string) => void;
  /** Told of what can't be recovered from: the embedded log has another writer now. */
  readonly onFatal?: ((error: unknown) => void) | undefined;
}

/**
 * Opens both, as they are configured; the only file that names a driver of the log. All or nothing.
 * @throws what `whatIsAway` explains where waiting helps
 */
export async function openStores(config: Config, deps: StoresDeps): Promise<Stores> {
  const running: Running[] = [];
  const stop = () => stopAll(running);
  try {
    const url = config.databaseUrl ?? (await startPostgres(config, deps, running));
    const open = { config, deps, url, running };
    const { database, log } = config.kafka ? await openOnKafka(open, config.kafka) : await openOnPostgres(open);
    return { database, log, stop };
  } catch (error) {
    await stop().catch((cleanup: unknown) => deps.logger.warn({ err: cleanup }, 'a failed start left traces'));
    throw error;
  }
}

interface Opening {
  readonly config: Config;
  readonly deps: StoresDeps;
  readonly url: string;
  readonly running: Running[];
}

async function startPostgres({ dataDir }: Config, { onStep, logger }: StoresDeps, running: Running[]) {
  const postgres = await startEmbeddedPostgres({ dataDir, onStep, log: logger });
  running.push(postgres);
  return postgres.url;
}

async function openOnPostgres({ config, deps, url, running }: Opening): Promise<Omit<Stores, 'stop'>> {
  const { logger, onStep } = deps;
  // Before the migrations: a second process, perhaps a newer one, must not change the tables under the first.
  running.push(await takeInstanceLock(url, { log: logger, onTaken: deps.onFatal }));
  // Not said before Postgres answered: while it is away, `Waiting` is what stands there.
  onStep('Bringing the database up to date');
  const database = await openMigrated({ config, deps, url, running });
  onStep('Opening the event log');
  const { partitions, webhookRetentionDays } = config;
  const log = await openPostgresLog({ database, log: logger, partitions, webhookRetentionDays });
  running.push({ stop: () => log.close() });
  return { database, log: withChecksums(log) };
}

/** Both at the same time: whoever waits is told of both that are away. Several processes may do it at once. */
async function openOnKafka({ config, deps, url, running }: Opening, kafka: KafkaConfig): Promise<Omit<Stores, 'stop'>> {
  const { partitions, webhookRetentionDays } = config;
  const [database, log] = await Promise.allSettled([
    openMigrated({ config, deps, url, running }),
    openKafkaLog({ kafka, partitions, webhookRetentionDays, logger: deps.logger }),
  ]);
  if (log.status === 'fulfilled') running.push({ stop: () => log.value.close() });
  if (database.status === 'fulfilled' && log.status === 'fulfilled') {
    // Not on the embedded log: that is in the same database, and goes back with it where a backup is restored.
    const marked = keepMarks(withChecksums(log.value), database.value, deps.logger);
    running.push(marked);
    return { database: database.value, log: marked };
  }
  throw new NotOpenError([database, log].flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : [])));
}

async function openMigrated({ config, deps, url, running }: Opening): Promise<Database> {
  await migrate(url);
  const database = openDatabase(url, deps.logger);
  running.push({ stop: () => database.close() });
  await setSearchLanguage(database, config.searchLanguage);
  return database;
}

/** One store or both could not be opened; its own message is that of the first that waiting does not mend. */
class NotOpenError extends Error {
  override readonly name = 'NotOpenError';
  constructor(readonly failures: readonly unknown[]) {
    const worst = failures.find((failure) => storeThatIsAway(failure) === undefined) ?? failures[0];
    super(worst instanceof Error ? worst.message : 'A store can not be opened.', { cause: worst });
  }
}

type Store = 'log' | 'PostgreSQL';

function storeThatIsAway(error: unknown): Store | undefined {
  if (error instanceof LogUnavailableError) return 'log';
  return isDatabaseAway(error) ? 'PostgreSQL' : undefined;
}

/** What a start waits for, in words for people; undefined where waiting is no use. */
export function whatIsAway(error: unknown, isOnKafka: boolean): string | undefined {
  const failures = error instanceof NotOpenError ? error.failures : [error];
  const stores = failures.filter((failure) => !(failure instanceof TablesHeldError)).map(storeThatIsAway);
  if (stores.includes(undefined)) return undefined;
  const names = [...new Set(stores.map((store) => (store === 'log' && isOnKafka ? 'Kafka' : 'PostgreSQL')))];
  const away = names.length === 0 ? [] : [`${names.join(' and ')} ${names.length > 1 ? 'are' : 'is'} away`];
  const held = stores.length < failures.length ? ['somebody holds tables that the upgrade changes'] : [];
  return [...away, ...held].join(', ');
}

/**
 * The log as configured, for who only looks.
 * @param database where the embedded log is; undefined: it is away, and the embedded log with it
 * @throws LogUnavailableError, NoLogYetError; Error what waiting won't heal, which says what to do
 */
export function lookAtLog(config: Config, database: Database | undefined, logger: Logger): Promise<LogLook> {
  const { kafka, partitions, webhookRetentionDays } = config;
  if (kafka) return lookAtKafkaLog({ kafka, partitions, webhookRetentionDays, logger });
  if (database) return lookAtPostgresLog(database);
  return Promise.reject(new LogUnavailableError('PostgreSQL is away, and the log is in it.'));
}
