import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import type { Logger } from 'pino';
import type { Database } from '../../../database/database.js';
import { pause } from '../../../lifecycle.js';
import {
  LogUnavailableError,
  RECORD_BYTES_MAX,
  RecordTooLargeError,
  TOPICS,
  type AppendedPosition,
  type EventLog,
} from '../event-log.js';
import { createGroupCommit } from '../group-commit.js';
import { partitionOf } from '../partitioner.js';
import { startConsumer, type PostgresConsumer } from './consumer.js';
import { placeRecord, type PlacedRecord } from './flush.js';
import { createHeads, type Heads } from './heads.js';
import { LOOK_BACK_EVERY_MS } from '../start-positions.js';
import { keepWebhooksFor } from './retention.js';
import { createLogWriter } from './writer.js';

export interface PostgresLogOptions {
  readonly database: Database;
  readonly log: Logger;
  /** How many partitions both topics have; fixed when the log is made. */
  readonly partitions: number;
  /** How long raw webhooks are kept once they are read. Undefined: for ever. */
  readonly webhookRetentionDays?: number | undefined;
  /** As `LOOK_BACK_EVERY_MS`, which it is where absent. */
  readonly lookBackEveryMs?: number | undefined;
}

const BOUNDS = {
  batchItemsMax: 1_000,
  batchBytesMax: 8 * 1024 * 1024,
  // 20 full batches: what a flush of 50 ms each works off within a second.
  queueItemsMax: 20_000,
  queueBytesMax: 64 * 1024 * 1024,
  // Callers are told within 5 s; what is left is for their own answer.
  waitMaxMs: 4_500,
};

/** Own appends wake consumers at once; this is the net for what another process or a lost answer left behind. */
const POLL_EVERY_MS = 1_000;

/**
 * The embedded log: the same promises as Kafka's, on this Postgres. One process writes (the instance lock sees to it).
 * @throws Error when the log has another number of partitions
 */
export async function openPostgresLog(options: PostgresLogOptions): Promise<EventLog> {
  const { database, log, partitions, lookBackEveryMs = LOOK_BACK_EVERY_MS } = options;
  const id = await openIdentity(database, partitions);
  const { pool } = database;
  const heads = createHeads(pool);
  await heads.refresh();
  const writer = createLogWriter(pool, heads);
  const commits = createGroupCommit<PlacedRecord, AppendedPosition>({ ...BOUNDS, bytesOf, write: writer.write });
  const consumers = new Set<PostgresConsumer>();
  const closing = new AbortController();
  const polling = pollHeads(heads, closing.signal, log);
  const positions = () => [...consumers].flatMap((consumer) => consumer.positions());
  const retention = keepWebhooksFor(options.webhookRetentionDays, { pool, positions, logger: log });

  const close = async () => {
    closing.abort();
    await retention.stop();
    await Promise.all([...consumers].map((consumer) => consumer.stop()));
    await commits.close();
    await polling;
    writer.close();
  };
  let closed: Promise<void> | undefined;
  return {
    id,
    partitionCount: partitions,
    partitionOf: (key) => partitionOf(key, partitions),
    async append(topic, record, options) {
      const placed = placeRecord(topic, partitionOf(record.partitionKey ?? record.key, partitions), record);
      refuseTooLarge(bytesOf(placed));
      return commits.add(placed, options?.signal);
    },
    heads: (topic) =>
      closing.signal.aborted ? Promise.reject(closedError()) : heads.refresh(topic).catch(unavailable),
    async consume(options) {
      if (closing.signal.aborted) throw closedError();
      const consumer = await startConsumer({ pool, heads, lookBackEveryMs }, options);
      consumers.add(consumer);
      consumer.closed.catch(() => undefined).finally(() => consumers.delete(consumer));
      return consumer;
    },
    positions,
    reconnects: () => writer.reconnects(),
    close: () => (closed ??= close()),
  };
}

const closedError = () => new LogUnavailableError('The log is closed.');

function unavailable(cause: unknown): never {
  throw new LogUnavailableError('The log cannot be read.', { cause });
}

const bytesOf = ({ key, headers, value }: PlacedRecord): number =>
  Buffer.byteLength(key) + Buffer.byteLength(headers) + value.length;

function refuseTooLarge(bytes: number): void {
  if (bytes <= RECORD_BYTES_MAX) return;
  throw new RecordTooLargeError(`A record of ${bytes} bytes is over the limit of ${RECORD_BYTES_MAX}.`);
}

async function pollHeads(heads: Heads, signal: AbortSignal, log: Logger): Promise<void> {
  let isAway = false;
  for (;;) {
    await pause(POLL_EVERY_MS, signal);
    if (signal.aborted) return;
    try {
      await heads.refresh();
      isAway = false;
    } catch (err) {
      if (!isAway) log.warn({ err }, 'the log cannot be read at the moment');
      isAway = true;
    }
  }
}

/** Made once; whoever comes later finds it. */
async function openIdentity({ orm }: Database, partitions: number): Promise<string> {
  await orm.execute(
    sql`insert into log.identity (id, partition_count) values (${randomUUID()}, ${partitions}) on conflict do nothing`,
  );
  const found = await orm.execute<{ id: string; partition_count: number }>(
    sql`select id, partition_count from log.identity`,
  );
  const [identity] = found.rows;
  if (identity === undefined) throw new Error('The log has no identity.');
  if (identity.partition_count !== partitions) throw new Error(otherCount(identity.partition_count, partitions));
  await orm.execute(sql`
    insert into log.partitions (topic, partition, next_offset)
    select topic, partition, 0
    from unnest(${sql.param([...TOPICS])}::text[]) as topic, generate_series(0, ${partitions - 1}::int) as partition
    on conflict do nothing`);
  return identity.id;
}

const otherCount = (found: number, asked: number): string =>
  `The log has ${found} partitions and ${asked} are configured. Set PARLEY_PARTITIONS=${found}: ` +
  'another count would scatter the events of one conversation.';
