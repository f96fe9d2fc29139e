import { sql } from 'drizzle-orm';
import type { Database } from './database/database.js';
import type { ConsumerPosition, EventLog, Topic } from './events/log/event-log.js';
import { isPassing } from './events/log/passing-group.js';
import { readWorkFigures } from './events/queries/work-figures.js';
import { withTimeout } from './lifecycle.js';
import type { Up } from './readiness.js';
import { flag, type Reading } from './telemetry/readings.js';

/** Prometheus waits 10 s by default; what is there besides must not be lost with a store that is away. */
const STORE_ANSWERS_WITHIN_MS = 2_000;

export interface ReadingsDeps {
  readonly up: () => Up;
  /** Undefined where this process has none. */
  readonly sockets: () => { readonly open: number; readonly givenUp: number } | undefined;
}

/** What this process can say of itself at the moment. What can't be known now is left out. */
export function createReadings({ up, sockets }: ReadingsDeps): () => Promise<readonly Reading[]> {
  const readWork = createWorkReadings();
  return async () => {
    const state = up();
    const socketReadings = socketReadingsOf(sockets());
    if (!state.isUp) return socketReadings;
    const { database, log } = state.stores;
    const [lags, work] = await Promise.all([lagReadings(log), readWork(database)]);
    const roles = [...state.health].flatMap(([role, health]): readonly Reading[] => [
      { metric: 'parley_role_ready', labels: { role }, value: flag(health.complaints().length === 0) },
      ...health.readings(),
    ]);
    return [...socketReadings, ...roles, ...poolReadings(database), ...lags, ...work];
  };
}

const socketReadingsOf = ({ open, givenUp } = { open: 0, givenUp: 0 }): readonly Reading[] => [
  { metric: 'parley_websockets', value: open },
  { metric: 'parley_websockets_given_up_total', value: givenUp },
];

function poolReadings({ pool }: Pick<Database, 'pool'>): readonly Reading[] {
  const { totalCount, idleCount, waitingCount } = pool;
  const connections = (state: string, value: number): Reading => ({
    ...{ metric: 'parley_postgres_connections', labels: { state }, value },
  });
  return [
    connections('idle', idleCount),
    connections('busy', totalCount - idleCount),
    { metric: 'parley_postgres_waiting', value: waitingCount },
  ];
}

type WatchedLog = Pick<EventLog, 'heads' | 'positions' | 'reconnects'>;

async function lagReadings(log: WatchedLog): Promise<readonly Reading[]> {
  const positions = log.positions().filter(({ group }) => !isPassing(group));
  const topics = [...new Set(positions.map(({ topic }) => topic))];
  const heads = new Map(await Promise.all(topics.map(async (topic) => [topic, await headsOf(log, topic)] as const)));
  return [
    { metric: 'parley_log_reconnects_total', value: log.reconnects() },
    ...positions.flatMap((position) => lagReading(position, heads.get(position.topic))),
  ];
}

function lagReading({ group, topic, partition, nextOffset }: ConsumerPosition, heads: readonly bigint[] | undefined) {
  const head = heads?.[partition];
  if (head === undefined) return [];
  // A position that was read after the head may be ahead of it.
  const lag = Math.max(0, Number(head - nextOffset));
  const reading: Reading = {
    metric: 'parley_log_consumer_lag',
    labels: { group, topic, partition: String(partition) },
    value: lag,
  };
  return [reading];
}

/** Undefined while the log is away. */
const headsOf = (log: WatchedLog, topic: Topic): Promise<readonly bigint[] | undefined> =>
  withTimeout(
    STORE_ANSWERS_WITHIN_MS,
    log.heads(topic).catch(() => undefined),
    undefined,
  );

/** One look at a time: a Postgres that answers late isn't asked again meanwhile. */
function createWorkReadings(): (database: Database) => Promise<readonly Reading[]> {
  let looking: Promise<readonly Reading[]> | undefined;
  return (database) => {
    looking ??= lookAtWork(database)
      .catch(() => [])
      .finally(() => (looking = undefined));
    return withTimeout(STORE_ANSWERS_WITHIN_MS, looking, []);
  };
}

async function lookAtWork(database: Database): Promise<readonly Reading[]> {
  const figures = await database.transaction(async (tx) => {
    await tx.execute(sql`select set_config('statement_timeout', ${String(STORE_ANSWERS_WITHIN_MS)}, true)`);
    return readWorkFigures(tx);
  });
  const { waiting, queues, deadLetters, outboxOldestSeconds } = figures;
  return [
    ...waiting.map(({ kind, count }): Reading => ({ metric: 'parley_work_waiting', labels: { kind }, value: count })),
    ...queues.map(({ channelId, depth }): Reading => {
      return { metric: 'parley_queue_depth', labels: { channel_id: channelId }, value: depth };
    }),
    ...deadLetters.map(({ consumer, count }): Reading => {
      return { metric: 'parley_dead_letters', labels: { consumer }, value: count };
    }),
    ...(outboxOldestSeconds === undefined
      ? []
      : [{ metric: 'parley_outbox_oldest_seconds' as const, value: outboxOldestSeconds }]),
  ];
}
