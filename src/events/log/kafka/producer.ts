import { type Kafka, type Message, type Producer, type RecordMetadata } from 'kafkajs';
import { boundedBy } from '../../../lifecycle.js';
import { LogUnavailableError, TOPICS, type OutgoingRecord, type Topic } from '../event-log.js';
import { createAttempts, type Attempts } from './attempts.js';
import { createDepartures } from './departures.js';
import type { LaneGroups } from './placed-record.js';

export interface LogProducer {
  /**
   * Sends the records in one request to each broker, and answers for each lane the offset of its first record; a lane
   * that is missing was not acknowledged. Calls must not overlap.
   * @param retryForMs how long another attempt may begin when one failed; 0: only one
   * @throws after which it isn't known what was written; the next call uses a new producer
   */
  send(groups: LaneGroups, retryForMs: number): Promise<ReadonlyMap<number, bigint>>;
  /** How many were made after the first one. */
  reconnects(): number;
  /** @throws LogUnavailableError, or what kafkajs threw, where there is none within 3.5 s */
  connect(): Promise<void>;
  close(): Promise<void>;
}

/** While nothing was sent, giving up is safe; callers are told after 4.5 s. */
const CONNECT_WITHIN_MS = 3_500;
/** Below the client's bound of an answer, so that it is the broker who says that its replicas took too long. */
const REPLICATED_WITHIN_MS = 2_500;
/** Beyond every bound of kafkajs's own. It has none for a login: without ours a lost connection could hang for ever. */
const SEND_WITHIN_MS = 10_000;

/** Back-offs of 0.1 to 1 s; how long they go on is bounded by time (`retryForMs`). */
const RETRY = { initialRetryTime: 100, multiplier: 2, factor: 0.2, maxRetryTime: 1_000, retries: 8 };

interface Connection {
  readonly producer: Producer;
  readonly attempts: Attempts;
}

/**
 * One idempotent producer of kafkajs at a time. Its retries are safe, for they repeat the same sequence numbers. But when
 * it gives up it takes them back and gives them to the next records, although the broker may have the former: those
 * would be taken for repeats, acknowledged and lost. So after each failure that is final it is thrown away; a new one
 * has a new id, and what failed is never tried again with it, which would write it twice.
 */
export function createLogProducer(kafka: Kafka, topicNames: Record<Topic, string>): LogProducer {
  const connections = createConnections(kafka);
  return {
    async send(groups, retryForMs) {
      const current = await connections.current();
      const { producer, attempts } = current;
      const topicMessages = toMessages(groups, topicNames);
      try {
        attempts.begin(topicMessages[0]?.messages[0], retryForMs);
        const request = { acks: -1, timeout: REPLICATED_WITHIN_MS, topicMessages };
        const answers = await boundedBy(SEND_WITHIN_MS, sendLate, () => producer.sendBatch(request));
        const bases = basesOf(answers, groups, topicNames);
        // After a leader moved to a broker that had already answered, kafkajs leaves its partitions out, silently.
        if (bases.size < groups.size) connections.throwAway(current);
        return bases;
      } catch (error) {
        attempts.end();
        connections.throwAway(current);
        throw error;
      }
    },
    reconnects: () => Math.max(0, connections.made() - 1),
    async connect() {
      await connections.current();
    },
    close: () => connections.close(),
  };
}

/** One at a time. */
function createConnections(kafka: Kafka) {
  let connection: Connection | undefined;
  let made = 0;
  let isClosed = false;
  const departures = createDepartures();
  const throwAway = ({ producer }: Connection) => {
    connection = undefined;
    departures.leave(producer);
  };
  return {
    made: () => made,
    throwAway,
    async current(): Promise<Connection> {
      if (connection !== undefined) return connection;
      // A batch may still be at its last attempts.
      if (isClosed) throw new LogUnavailableError('The log is closed.');
      const fresh = openConnection(kafka);
      try {
        await boundedBy(CONNECT_WITHIN_MS, connectLate, () => fresh.producer.connect());
      } catch (error) {
        throwAway(fresh);
        throw error;
      }
      made += 1;
      return (connection = fresh);
    },
    async close() {
      isClosed = true;
      if (connection) throwAway(connection);
      await departures.settled();
    },
  };
}

const connectLate = () => new LogUnavailableError('Kafka did not take the connection in time.');
const sendLate = () => new LogUnavailableError('Kafka did not answer in time.');

function openConnection(kafka: Kafka): Connection {
  const attempts = createAttempts();
  const producer = kafka.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
    createPartitioner: () => attempts.partitioner,
    retry: RETRY,
  });
  producer.on(producer.events.REQUEST_TIMEOUT, () => attempts.end());
  return { producer, attempts };
}

/** kafkajs wants them by topic; within one its own grouping by partition keeps their order. */
function toMessages(groups: LaneGroups, topicNames: Record<Topic, string>) {
  const messages: Record<Topic, Message[]> = { events: [], webhooks: [] };
  for (const { topic, partition, records } of groups.values()) {
    for (const record of records) messages[topic].push(toMessage(partition, record));
  }
  return TOPICS.filter((topic) => messages[topic].length > 0).map((topic) => ({
    topic: topicNames[topic],
    messages: messages[topic],
  }));
}

const toMessage = (partition: number, { key, headers, value }: OutgoingRecord): Message => ({
  partition,
  key,
  headers,
  value,
});

function basesOf(
  answers: readonly RecordMetadata[],
  groups: LaneGroups,
  topicNames: Record<Topic, string>,
): ReadonlyMap<number, bigint> {
  const bases = new Map<number, bigint>();
  for (const [lane, { topic, partition }] of groups) {
    const answer = answers.find((one) => one.topicName === topicNames[topic] && one.partition === partition);
    const base = BigInt(answer?.baseOffset ?? -1);
    if (base >= 0n) bases.set(lane, base);
  }
  return bases;
}
