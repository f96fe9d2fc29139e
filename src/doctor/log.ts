import { LogUnavailableError } from '../events/log/event-log.js';
import { NoLogYetError, type LogLook } from '../events/log/log-look.js';
import { boundedBy } from '../lifecycle.js';
import { messageOf } from '../logging.js';
import type { Check } from './check.js';
import { counted, ok, problem, remark, type Finding } from './finding.js';
import type { InstanceFacts } from './instance.js';

/** What opening the log came to. */
export type LogState =
  | { readonly kind: 'open'; readonly look: LogLook }
  | { readonly kind: 'none yet' }
  | { readonly kind: 'away' | 'wrong'; readonly reason: string };

/** Several tries of a client that gives up on each after a second. */
const OPEN_WITHIN_MS = 12_000;

/** Never rejects. A look that comes too late ends with the process. */
export async function openLook(open: () => Promise<LogLook>): Promise<LogState> {
  const tooLate = () => new LogUnavailableError('It does not answer in time.');
  try {
    return { kind: 'open', look: await boundedBy(OPEN_WITHIN_MS, tooLate, open) };
  } catch (error) {
    if (error instanceof NoLogYetError) return { kind: 'none yet' };
    const kind = error instanceof LogUnavailableError ? 'away' : 'wrong';
    return { kind, reason: messageOf(error) };
  }
}

/** Whether the log is there and as configured. */
export function describeLog(state: LogState, isOnKafka: boolean): readonly Finding[] {
  const name = isOnKafka ? 'The log on Kafka' : 'The embedded log';
  switch (state.kind) {
    case 'none yet':
      return [remark('LOG', `${name} has not been made yet: the first start does it.`)];
    case 'away':
      return [
        problem(
          'LOG_AWAY',
          `${name} is away. ${isOnKafka ? state.reason : ''}`.trim(),
          isOnKafka ? REACH_KAFKA : REACH_POSTGRES,
        ),
      ];
    case 'wrong':
      return [problem('LOG_SETUP', state.reason, 'It says what to do; waiting does not mend it.')];
    case 'open':
      return [
        ok('LOG', `${name} is there, with ${counted(state.look.partitionCount, 'partition')}.`),
        ...state.look.remarks.map(({ message, remedy }) => remark('LOG_SETTINGS', message, remedy)),
      ];
  }
}

const REACH_KAFKA = 'Start Kafka, or look at KAFKA_BROKERS, KAFKA_SSL and KAFKA_SASL_MECHANISM.';
const REACH_POSTGRES = 'It is in PostgreSQL: see there.';

/** Whether the log and the database belong to each other, and how many partitions there are. */
export const logCheck = (look: LogLook, instance: InstanceFacts | undefined, partitions: number): Check => ({
  code: 'LOG_INSTANCE',
  what: 'whose log it is',
  async run() {
    const counts = partitions === look.partitionCount ? [] : [otherCount(look.partitionCount, partitions)];
    if (instance === undefined) return counts;
    const fingerprint = await look.fingerprint();
    return [...counts, ...belonging(look.id, fingerprint, instance)];
  },
});

const otherCount = (found: number, asked: number): Finding =>
  problem(
    'LOG_PARTITIONS',
    `The log has ${found} partitions and ${asked} are configured: Parley refuses to start.`,
    `Set PARLEY_PARTITIONS=${found}.`,
  );

function belonging(logId: string, fingerprint: string | undefined, instance: InstanceFacts): readonly Finding[] {
  if (instance.logId !== null && instance.logId !== logId)
    return [
      problem(
        'LOG_OTHER',
        `The database belongs to the log ${instance.logId}, and this is ${logId}.`,
        'Go back to that log (KAFKA_BROKERS, PARLEY_TOPIC_PREFIX), or start with an empty database (DATABASE_URL).',
      ),
    ];
  if (fingerprint !== undefined && fingerprint !== instance.fingerprint)
    return [
      problem(
        'LOG_OTHER_INSTANCE',
        `The log belongs to instance ${fingerprint}, and the database is instance ${instance.fingerprint}.`,
        'Restore a backup of the database of that instance, or set another PARLEY_TOPIC_PREFIX (docs/backup.md).',
      ),
    ];
  return [ok('LOG_INSTANCE', 'The log and the database belong to each other.')];
}
