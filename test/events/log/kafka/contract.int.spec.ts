import kafkajs from 'kafkajs';
import type { EventLog } from '../../../../src/events/log/event-log.js';
import { openKafkaLog } from '../../../../src/events/log/kafka/open-kafka-log.js';
import { CONTRACT_PARTITIONS, eventLogContract, type LogUnderTest } from '../../../contracts/event-log.contract.js';
import { startKafkaProxy } from '../../../support/kafka-proxy.js';
import { describeOnKafka, kafkaBrokers, newTopicPrefix } from '../../../support/kafka.js';
import { testLog } from '../../../support/log.js';

describeOnKafka('on Kafka', () => eventLogContract('kafka', openLogUnderTest));

async function openLogUnderTest(): Promise<LogUnderTest> {
  const topicPrefix = newTopicPrefix();
  const proxy = await startKafkaProxy(kafkaBrokers());
  const open = (broker: string, partitions: number): Promise<EventLog> =>
    openKafkaLog({
      kafka: configOf(broker, topicPrefix),
      partitions,
      webhookRetentionDays: undefined,
      logger: testLog,
    });
  const log = await open(proxy.brokers, CONTRACT_PARTITIONS);
  const opened: EventLog[] = [log];
  return {
    log,
    async reopen(partitions = CONTRACT_PARTITIONS) {
      const again = await open(kafkaBrokers(), partitions);
      opened.push(again);
      return again;
    },
    cut: () => proxy.cut(),
    heal: () => proxy.heal(),
    forgetBelow: (topic, partition, offset) =>
      withAdmin((admin) =>
        admin.deleteTopicRecords({
          topic: `${topicPrefix}.${topic}.v1`,
          partitions: [{ partition, offset: String(offset) }],
        }),
      ),
    async close() {
      proxy.heal();
      await Promise.all(opened.map((one) => one.close()));
      await proxy.close();
      await withAdmin((admin) =>
        admin.deleteTopics({ topics: [`${topicPrefix}.events.v1`, `${topicPrefix}.webhooks.v1`] }),
      );
    },
  };
}

const configOf = (broker: string, topicPrefix: string) => ({
  brokers: [broker],
  tls: undefined,
  sasl: undefined,
  replicationFactor: undefined,
  minIsr: undefined,
  topicPrefix,
});

async function withAdmin(work: (admin: kafkajs.Admin) => Promise<unknown>): Promise<void> {
  const client = new kafkajs.Kafka({ brokers: [kafkaBrokers()], logLevel: kafkajs.logLevel.NOTHING });
  const admin = client.admin();
  await admin.connect();
  try {
    await work(admin);
  } finally {
    await admin.disconnect();
  }
}
