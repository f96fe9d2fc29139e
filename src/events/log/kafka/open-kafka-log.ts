import type { Admin, Kafka } from 'kafkajs';
import type { Logger } from 'pino';
import type { KafkaConfig } from '../../../kafka-config.js';
import { atMost } from '../../../lifecycle.js';
import {
  LogUnavailableError,
  RECORD_BYTES_MAX,
  RecordTooLargeError,
  type AppendedPosition,
  type ConsumerOptions,
  type EventLog,
  type LogConsumer,
  type Topic,
} from '../event-log.js';
import { firstFingerprint } from '../fingerprint-guard.js';
import { createGroupCommit } from '../group-commit.js';
import type { LogLook } from '../log-look.js';
import { partitionOf } from '../partitioner.js';
import { eventAt } from '../read-some.js';
import { LOOK_BACK_EVERY_MS, type KeptRange } from '../start-positions.js';
import { createTurns } from '../turns.js';
import { createAdminClient, type AdminClient } from './admin.js';
import { createKafkaClient } from './client.js';
import { startConsumer, type ConsumerDependencies, type KafkaConsumer } from './consumer.js';
import { toLogError } from './faults.js';
import { createLogWriter } from './log-writer.js';
import { logIdOf, readKeptRanges } from './offsets.js';
import { laneOf, placeRecord, type PlacedRecord } from './placed-record.js';
import { createLogProducer, type LogProducer } from './producer.js';
import { ensureTopics, inspectTopics, topicNames } from './topics.js';

export interface KafkaLogOptions {
  readonly kafka: KafkaConfig;
  /** How many partitions both topics have; fixed when they are made. */
  readonly partitions: number;
  /** Undefined: raw webhooks are kept for ever. */
  readonly webhookRetentionDays: number | undefined;
  readonly logger: Logger;
  /** Consumer groups are `<groupPrefix>.<group>`; the topics' prefix where absent. */
  readonly groupPrefix?: string;
  /** As `LOOK_BACK_EVERY_MS`, which it is where absent. */
  readonly lookBackEveryMs?: number | undefined;
}

const BOUNDS = {
  batchItemsMax: 1_000,
  batchBytesMax: 8 * 1024 * 1024,
  // The topics' bound of a batch is that of its largest record: beside a large one there is no room.
  laneBytesMax: 512 * 1024,
  // 20 full batches: what 50 ms each work off within a second.
  queueItemsMax: 20_000,
  queueBytesMax: 64 * 1024 * 1024,
  // Callers are told within 5 s; what is left is for their own answer.
  waitMaxMs: 4_500,
};

/** Kafka may be away while a consumer begins: the process that closes the log doesn't wait for it. */
const BEGUN_WITHIN_MS = 5_000;

/**
 * The log on Kafka. Makes the topics where they aren't there yet.
 * @throws LogUnavailableError Kafka is away: try again
 * @throws Error what waiting won't heal (another number of partitions, a wrong password); says what to do
 */
export async function openKafkaLog(options: KafkaLogOptions): Promise<EventLog> {
  return (await open(options, ensureTopics)).log;
}

/**
 * The log on Kafka as it is: nothing is made or changed, and what can be tried without it is tried: whether the topics
 * are as configured, and whether this user may read them and write.
 * @throws as above; NoLogYetError when the topics are not there
 */
export async function lookAtKafkaLog(options: KafkaLogOptions): Promise<LogLook> {
  const { log, seen: remarks } = await open(options, inspectTopics);
  return {
    ...{ id: log.id, partitionCount: log.partitionCount, remarks },
    heads: (topic) => log.heads(topic),
    fingerprint: () => firstFingerprint(log),
    eventAt: (partition, offset) => eventAt(log, partition, offset),
    close: () => log.close(),
  };
}

async function open<Seen>(
  options: KafkaLogOptions,
  seeTo: (admin: Admin, options: KafkaLogOptions) => Promise<Seen>,
): Promise<{ readonly log: EventLog; readonly seen: Seen }> {
  const { kafka, logger, partitions } = options;
  const names = topicNames(kafka.topicPrefix);
  const newClient = () => createKafkaClient({ kafka, logger });
  const client = newClient();
  const admin = createAdminClient(client);
  const producer = createLogProducer(client, names);
  try {
    const seen = await admin.use((connected) => seeTo(connected, options));
    const id = await admin.use((connected) => logIdOf(connected, names.events));
    await producer.connect();
    const groupPrefix = options.groupPrefix ?? kafka.topicPrefix;
    const { lookBackEveryMs = LOOK_BACK_EVERY_MS } = options;
    const parts = { id, partitions, names, groupPrefix, lookBackEveryMs, newClient, admin, producer };
    return { log: createLog(parts), seen };
  } catch (error) {
    await Promise.all([producer.close(), admin.close()]);
    throw toLogError(error);
  }
}

interface Parts {
  readonly id: string;
  readonly partitions: number;
  readonly names: Record<Topic, string>;
  readonly groupPrefix: string;
  readonly lookBackEveryMs: number;
  readonly newClient: () => Kafka;
  readonly admin: AdminClient;
  readonly producer: LogProducer;
}

function createLog(parts: Parts): EventLog {
  const { partitions, admin, producer } = parts;
  const commits = createGroupCommit<PlacedRecord, AppendedPosition>({
    ...BOUNDS,
    bytesOf: ({ bytes }) => bytes,
    laneOf,
    write: createLogWriter(producer),
  });
  const readRanges = (topic: Topic): Promise<readonly KeptRange[]> =>
    admin.use((one) => readKeptRanges(one, parts.names[topic], partitions));
  const consumers = createConsumers(parts, readRanges);
  let closed: Promise<void> | undefined;
  const close = async () => {
    await consumers.close();
    await commits.close();
    await Promise.all([producer.close(), admin.close()]);
  };
  return {
    id: parts.id,
    partitionCount: partitions,
    partitionOf: (key) => partitionOf(key, partitions),
    async append(topic, record, options) {
      const placed = placeRecord(topic, partitionOf(record.partitionKey ?? record.key, partitions), record);
      if (placed.bytes > RECORD_BYTES_MAX) throw tooLarge(placed.bytes);
      return commits.add(placed, options?.signal);
    },
    async heads(topic) {
      if (closed) throw closedError();
      return (await readRanges(topic)).map(({ head }) => head);
    },
    async consume(options) {
      if (closed) throw closedError();
      return consumers.start(options);
    },
    positions: () => consumers.positions(),
    reconnects: () => producer.reconnects() + consumers.reconnects(),
    close: () => (closed ??= close()),
  };
}

/** The consumers of this handle. */
function createConsumers(parts: Parts, readRanges: ConsumerDependencies['readRanges']) {
  const { newClient, names, groupPrefix, lookBackEveryMs } = parts;
  const running = new Set<KafkaConsumer>();
  const starting = new Set<Promise<unknown>>();
  let reconnects = 0;
  let isClosed = false;
  const reconnected = () => (reconnects += 1);
  const shared = { newClient, topicNames: names, groupPrefix, lookBackEveryMs };
  const deps = { ...shared, turns: createTurns(), readRanges, reconnected };
  const startOne = async (options: ConsumerOptions): Promise<LogConsumer> => {
    const consumer = await startConsumer(deps, options);
    running.add(consumer);
    consumer.closed.catch(() => undefined).finally(() => running.delete(consumer));
    if (!isClosed) return consumer;
    await consumer.stop();
    throw closedError();
  };
  return {
    start(options: ConsumerOptions): Promise<LogConsumer> {
      const started = startOne(options);
      const settled = started.catch(() => undefined);
      starting.add(settled);
      void settled.then(() => starting.delete(settled));
      return started;
    },
    positions: () => [...running].flatMap((consumer) => consumer.positions()),
    reconnects: () => reconnects,
    async close() {
      isClosed = true;
      await Promise.all([...running].map((consumer) => consumer.stop()));
      // They end themselves as soon as they have begun.
      await atMost(BEGUN_WITHIN_MS, Promise.all(starting));
    },
  };
}

const closedError = () => new LogUnavailableError('The log is closed.');

const tooLarge = (bytes: number) =>
  new RecordTooLargeError(`A record of ${bytes} bytes is over the limit of ${RECORD_BYTES_MAX}.`);
