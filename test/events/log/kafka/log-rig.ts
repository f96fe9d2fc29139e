import kafkajs, { type Admin } from 'kafkajs';
import type { EventLog, Topic } from '../../../../src/events/log/event-log.js';
import { openKafkaLog } from '../../../../src/events/log/kafka/open-kafka-log.js';
import { startKafkaProxy, type KafkaProxy } from '../../../support/kafka-proxy.js';
import { kafkaBrokers, newTopicPrefix } from '../../../support/kafka.js';
import { testLog } from '../../../support/log.js';

/** A new log on the run's Kafka, and what may happen to it. */
export interface LogRig {
  /** Through the proxy. */
  readonly log: EventLog;
  readonly proxy: KafkaProxy;
  topicName(topic: Topic): string;
  /** Another handle, as another process would open it: not through the proxy. */
  reopen(partitions?: number): Promise<EventLog>;
  withAdmin(work: (admin: Admin) => Promise<unknown>): Promise<void>;
  /** Closes every handle and deletes the topics. */
  close(): Promise<void>;
}

/** Often: what is seen by it needs two looks. */
const LOOK_BACK_EVERY_MS = 500;

export async function openLogRig(partitions: number): Promise<LogRig> {
  const topicPrefix = newTopicPrefix();
  const topicName = (topic: Topic) => `${topicPrefix}.${topic}.v1`;
  const proxy = await startKafkaProxy(kafkaBrokers());
  const open = async (broker: string, count: number): Promise<EventLog> => {
    const kafka = { ...PLAIN, brokers: [broker], topicPrefix };
    const log = await openKafkaLog({
      ...{ kafka, partitions: count, webhookRetentionDays: undefined, logger: testLog },
      lookBackEveryMs: LOOK_BACK_EVERY_MS,
    });
    opened.push(log);
    return log;
  };
  const opened: EventLog[] = [];
  const log = await open(proxy.brokers, partitions);
  return {
    log,
    proxy,
    topicName,
    reopen: (count = partitions) => open(kafkaBrokers(), count),
    withAdmin,
    async close() {
      proxy.heal();
      await Promise.all(opened.map((one) => one.close()));
      await proxy.close();
      await withAdmin((admin) => admin.deleteTopics({ topics: [topicName('events'), topicName('webhooks')] }));
    },
  };
}

const PLAIN = { tls: undefined, sasl: undefined, replicationFactor: undefined, minIsr: undefined };

async function withAdmin(work: (admin: Admin) => Promise<unknown>): Promise<void> {
  const admin = new kafkajs.Kafka({ brokers: [kafkaBrokers()], logLevel: kafkajs.logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    await work(admin);
  } finally {
    await admin.disconnect();
  }
}

/** Removes what lies below `offset`, as retention does. */
export const forgetBelow = (rig: LogRig, topic: Topic, partition: number, offset: bigint): Promise<void> =>
  rig.withAdmin(async (admin) => {
    // kafkajs's admin must have heard of a topic before it finds its leader.
    await admin.fetchTopicOffsets(rig.topicName(topic));
    await admin.deleteTopicRecords({
      topic: rig.topicName(topic),
      partitions: [{ partition, offset: String(offset) }],
    });
  });
