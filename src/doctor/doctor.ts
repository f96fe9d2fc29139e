import type { Logger } from 'pino';
import type { Config } from '../config.js';
import type { Database } from '../database/database.js';
import type { LogLook } from '../events/log/log-look.js';
import { messageOf } from '../logging.js';
import { runChecks, type Check } from './check.js';
import { checkConfiguration } from './configuration.js';
import { consumerChecks, STANDS_AFTER_MS } from './consumers.js';
import { ok, problem, remark, type Finding } from './finding.js';
import { instanceCheck, readInstance, type InstanceFacts } from './instance.js';
import { journalChecks } from './journal.js';
import { describeLog, logCheck, openLook, type LogState } from './log.js';
import { postgresChecks } from './postgres.js';
import { countProcesses, processCheck } from './processes.js';
import { waitingChecks } from './waiting.js';

/** As `stores.ts` opens it. */
export type LookAtLog = (config: Config, database: Database | undefined, logger: Logger) => Promise<LogLook>;

export interface DoctorDeps {
  readonly config: Config;
  readonly logger: Logger;
  readonly lookAtLog: LookAtLog;
  /** Or why there is none; `isExpected`: there never was one, which is no fault. */
  readonly database: Database | { readonly reason: string; readonly isExpected: boolean };
  /** As `STANDS_AFTER_MS`, which it is where absent. */
  readonly standsAfterMs?: number | undefined;
}

/** Kafka lets a reader wait for its group (3 s by default), and a look at an event is one. */
const LOG_WITHIN_MS = 12_000;

/** Looks at everything that it can reach, whether Parley runs or not, and changes nothing. Never rejects for a store. */
export async function examine(deps: DoctorDeps): Promise<readonly Finding[]> {
  const { config, logger, lookAtLog } = deps;
  const { database, findings } = await reachDatabase(deps.database);
  const log = await openLook(() => lookAtLog(config, database, logger));
  try {
    const isOnKafka = config.kafka !== undefined;
    const instance = database && (await readInstance(database).catch(() => undefined));
    return [
      ...checkConfiguration(config),
      ...findings,
      ...(database ? await runChecks([...postgresChecks(database.pool), instanceCheck(config, database)]) : []),
      ...(isOnKafka || instance ? describeLog(log, isOnKafka) : []),
      ...(database && instance ? await insideChecks(deps, { database, instance }, log) : []),
      ...(await runChecks([processCheck(config, database && (() => countProcesses(database.pool)))])),
    ];
  } finally {
    if (log.kind === 'open') await log.look.close().catch(() => undefined);
  }
}

async function reachDatabase(given: DoctorDeps['database']) {
  if ('reason' in given) {
    const { reason, isExpected } = given;
    const finding = isExpected ? remark('DATABASE_NONE', reason) : databaseAway(reason);
    return { database: undefined, findings: [finding] };
  }
  try {
    await given.pool.query('select 1');
    return { database: given, findings: [ok('DATABASE', 'PostgreSQL answers.')] };
  } catch (error) {
    return { database: undefined, findings: [databaseAway(`PostgreSQL can't be reached (${messageOf(error)}).`)] };
  }
}

const databaseAway = (reason: string): Finding =>
  problem('DATABASE_AWAY', reason, 'Start PostgreSQL, or set DATABASE_URL to where it is.');

interface Inside {
  readonly database: Database;
  readonly instance: InstanceFacts;
}

async function insideChecks(
  { config, standsAfterMs = STANDS_AFTER_MS }: DoctorDeps,
  { database: { pool }, instance }: Inside,
  log: LogState,
): Promise<readonly Finding[]> {
  let counting: Promise<number> | undefined;
  const isRunning = async () => (await (counting ??= countProcesses(pool))) > 0;
  const onLog: readonly Check[] =
    log.kind === 'open'
      ? [
          logCheck(log.look, instance, config.partitions),
          ...consumerChecks({ pool, look: log.look, isRunning, standsAfterMs }),
        ]
      : [];
  const [ofLog, ofRows] = await Promise.all([
    runChecks(onLog, LOG_WITHIN_MS),
    runChecks([...waitingChecks(pool, isRunning), ...journalChecks(pool)]),
  ]);
  return [...ofLog, ...ofRows];
}
