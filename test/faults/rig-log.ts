import { randomUUID } from 'node:crypto';
import { Kafka, logLevel, Partitioners, type Admin, type EachBatchPayload, type IHeaders } from 'kafkajs';
import { withTimeout } from '../../src/lifecycle.js';
import type { LogRecord, Topic } from '../../src/events/log/event-log.js';
import { eventually } from '../support/eventually.js';
import { withClient } from '../support/with-client.js';

export type ForeignRecord = Omit<LogRecord, 'offset'>;

/**
 * The log, past Parley and past every proxy. Deliberately not through Parley's own drivers: what they lose must be
 * missed here.
 */
export interface RigLog {
  /** Everything that is in the log now, by partition and offset. */
  read(topic: Topic): Promise<readonly LogRecord[]>;
  /** For each partition the offset that the next record gets. */
  heads(topic: Topic): Promise<readonly bigint[]>;
  /** Writes as another producer on the topic would. */
  write(topic: Topic, record: ForeignRecord): Promise<void>;
  close(): Promise<void>;
}

export function embeddedRigLog(databaseUrl: string): RigLog {
  return {
    read: (topic) =>
      withClient(databaseUrl, async (client) => {
        const { rows } = await client.query<Omit<LogRecord, 'offset'> & { offset: bigint | string }>(
          `select partition, "offset", key, headers, value from log.records where topic = $1 order by 1, 2`,
          [topic],
        );
        return rows.map((row) => ({ ...row, offset: BigInt(row.offset) }));
      }),
    heads: (topic) =>
      withClient(databaseUrl, async (client) => {
        const { rows } = await client.query<{ head: bigint | string }>(
          'select next_offset as head from log.partitions where topic = $1 order by partition',
          [topic],
        );
        return rows.map(({ head }) => BigInt(head));
      }),
    write: (topic, { partition, key, headers, value }) =>
      withClient(databaseUrl, async (client) => {
        await client.query(
          `with place as (
             update log.partitions set next_offset = next_offset + 1
             where topic = $1 and partition = $2 returning next_offset - 1 as base)
           insert into log.records (topic, partition, "offset", key, headers, value)
           select $1, $2, base, $3, $4, $5 from place`,
          [topic, partition, key, JSON.stringify(headers), value],
        );
      }),
    close: () => Promise.resolve(),
  };
}

/**
 * @param kafka.address `host:port` past the proxy
 * @param kafka.isOwn whether the broker goes with the rig: then its topics need not be removed
 */
export function kafkaRigLog({ address, prefix, isOwn }: { address: string; prefix: string; isOwn: boolean }): RigLog {
  const kafka = new Kafka({ clientId: 'fault-rig', brokers: [address], logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  const offsets = async (topic: Topic) => {
    const found = await eventually(
      async () => {
        // Does nothing where it is connected already.
        await admin.connect();
        return admin.fetchTopicOffsets(nameOf(prefix, topic));
      },
      // A broker that was killed answers before it leads its partitions again.
      { timeoutMs: 20_000, everyMs: 100 },
    );
    return found.toSorted((one, other) => one.partition - other.partition);
  };
  return {
    async read(topic) {
      const ends = new Map(
        (await offsets(topic)).flatMap(({ partition, low, high }) =>
          low === high ? [] : [[partition, BigInt(high)] as const],
        ),
      );
      return ends.size === 0 ? [] : readUpTo(kafka, nameOf(prefix, topic), ends);
    },
    heads: async (topic) => (await offsets(topic)).map(({ high }) => BigInt(high)),
    async write(topic, { partition, key, headers, value }) {
      const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
      await producer.connect();
      try {
        await producer.send({ topic: nameOf(prefix, topic), messages: [{ partition, key, headers, value }] });
      } finally {
        await producer.disconnect();
      }
    },
    async close() {
      // Twelve partitions each: the run's broker would carry those of every test before.
      if (!isOwn) await removeTopics(admin, prefix);
      await admin.disconnect();
    },
  };
}

async function removeTopics(admin: Admin, prefix: string): Promise<void> {
  await admin.connect();
  const topics = (await admin.listTopics()).filter((name) => name.startsWith(`${prefix}.`));
  if (topics.length > 0) await admin.deleteTopics({ topics });
}

const nameOf = (prefix: string, topic: Topic) => `${prefix}.${topic}.v1`;
const READ_WITHIN_MS = 60_000;

/** @param ends the head of each partition that isn't empty, as it was when reading began */
async function readUpTo(kafka: Kafka, topic: string, ends: ReadonlyMap<number, bigint>): Promise<readonly LogRecord[]> {
  const records: LogRecord[] = [];
  const unread = new Set(ends.keys());
  // A group that nobody was in before, and that ends with its only member: it stores nothing.
  const consumer = kafka.consumer({ groupId: `fault-rig-${randomUUID()}`, maxWaitTimeInMs: 50 });
  await consumer.connect();
  try {
    await consumer.subscribe({ topic, fromBeginning: true });
    const read = new Promise<true>((resolve) => {
      void consumer.run({
        autoCommit: false,
        async eachBatch({ batch }) {
          const end = ends.get(batch.partition) ?? 0n;
          records.push(...recordsOf(batch).filter(({ offset }) => offset < end));
          if (BigInt(batch.lastOffset()) + 1n >= end) unread.delete(batch.partition);
          if (unread.size === 0) resolve(true);
        },
      });
    });
    if (!(await withTimeout(READ_WITHIN_MS, read, false)))
      throw new Error(`${topic} could not be read: partitions ${[...unread].join(', ')} are missing.`);
  } finally {
    await consumer.disconnect();
  }
  return records.toSorted((one, other) => one.partition - other.partition || Number(one.offset - other.offset));
}

const recordsOf = ({ partition, messages }: EachBatchPayload['batch']): LogRecord[] =>
  messages.map(({ offset, key, headers, value }) => ({
    ...{ partition, offset: BigInt(offset), key: key?.toString() ?? null },
    ...{ headers: textsOf(headers ?? {}), value },
  }));

const textsOf = (headers: IHeaders): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
