import { openKafkaLog } from '../../src/events/log/kafka/open-kafka-log.js';
import type { AppendedPosition, EventLog, OutgoingRecord, Topic } from '../../src/events/log/event-log.js';
import { deleteTopics, kafkaBrokers, newTopicPrefix } from '../support/kafka.js';
import { testLog } from '../support/log.js';

export interface Appended extends AppendedPosition {
  readonly topic: Topic;
  readonly record: OutgoingRecord;
}

/** A log of the test's own on the run's Kafka, as a Parley writes it, for programs of others to read. */
export interface FilledLog {
  readonly brokers: string;
  readonly topicPrefix: string;
  append(topic: Topic, records: readonly OutgoingRecord[]): Promise<readonly Appended[]>;
  remove(): Promise<void>;
}

export async function openFilledLog(partitions: number): Promise<FilledLog> {
  const topicPrefix = newTopicPrefix();
  const brokers = kafkaBrokers();
  const log: EventLog = await openKafkaLog({
    kafka: {
      ...{ brokers: brokers.split(','), tls: undefined, sasl: undefined, topicPrefix },
      ...{ replicationFactor: undefined, minIsr: undefined },
    },
    ...{ partitions, webhookRetentionDays: undefined, logger: testLog },
  });
  return {
    ...{ brokers, topicPrefix },
    append: (topic, records) =>
      Promise.all(records.map(async (record) => ({ topic, record, ...(await log.append(topic, record)) }))),
    async remove() {
      await log.close();
      await deleteTopics(topicPrefix);
    },
  };
}
