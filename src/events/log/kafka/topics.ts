import type { Admin, ITopicConfig, PartitionMetadata } from 'kafkajs';
import type { Logger } from 'pino';
import type { KafkaConfig } from '../../../kafka-config.js';
import { boundedBy, pause } from '../../../lifecycle.js';
import { LogUnavailableError, type Topic } from '../event-log.js';
import { NoLogYetError, type LogLook } from '../log-look.js';
import { brokerCodeOf, isNotAllowed, KafkaSetupError, toLogError } from './faults.js';
import { guardEventsTopic, guardWebhooksTopic, otherRetention, type FoundTopic } from './topic-guard.js';
import { alterCommand, createCommand, settingsOf } from './topic-settings.js';

export interface TopicOptions {
  readonly kafka: KafkaConfig;
  readonly partitions: number;
  /** Undefined: for ever. */
  readonly webhookRetentionDays: number | undefined;
  readonly logger: Logger;
}

const READY_WITHIN_MS = 20_000;
/** Below the client's bound of an answer, so that it is the broker who says that it took too long. */
const CREATE_WITHIN_MS = 2_500;
const LOOK_EVERY_MS = 50;

/** `v1` is the version of what the records mean: another one would begin another topic. */
export const topicNames = (prefix: string): Record<Topic, string> => ({
  events: `${prefix}.events.v1`,
  webhooks: `${prefix}.webhooks.v1`,
});

/**
 * Makes the topics where they aren't there yet and judges those that are; resolves when each partition has a leader.
 * Connects the admin if it isn't yet. Several processes may do it at once.
 * @throws LogUnavailableError Kafka is away: try again
 * @throws KafkaSetupError what waiting won't heal; says what to do
 */
export async function ensureTopics(admin: Admin, options: TopicOptions): Promise<void> {
  const late = () => new LogUnavailableError('Kafka does not get the topics ready in time.');
  await boundedBy(READY_WITHIN_MS, late, async (givenUp) => {
    try {
      await admin.connect();
      const events = await ensureTopic(admin, 'events', options, givenUp);
      const webhooks = await ensureTopic(admin, 'webhooks', options, givenUp);
      await guardEventsTopic(admin, events, options.logger);
      await guardWebhooksTopic(admin, webhooks, { days: options.webhookRetentionDays, logger: options.logger });
    } catch (error) {
      throw toLogError(error);
    }
  });
}

/**
 * Judges the topics as `ensureTopics` does, and makes and changes nothing. Connects the admin if it isn't yet.
 * @returns what it would change
 * @throws LogUnavailableError, KafkaSetupError; NoLogYetError when they are not there
 */
export async function inspectTopics(admin: Admin, options: TopicOptions): Promise<LogLook['remarks']> {
  try {
    await admin.connect();
    const events = await inspectTopic(admin, 'events', options);
    const webhooks = await inspectTopic(admin, 'webhooks', options);
    const { logger, webhookRetentionDays: days } = options;
    if (!(await guardEventsTopic(admin, events, logger))) return [NOT_SEEN];
    const wanted = await otherRetention(admin, webhooks, { days, logger });
    if (wanted === undefined) return [];
    const message = `Topic ${webhooks.name} has another retention than PARLEY_WEBHOOK_RETENTION_DAYS says; a start changes it.`;
    return [{ message, remedy: `Start Parley, or run: ${alterCommand(webhooks.name, wanted)}` }];
  } catch (error) {
    throw toLogError(error);
  }
}

const NOT_SEEN = {
  message: 'Kafka does not let us see the settings of the topics: they are not checked.',
  remedy: 'Allow this user DESCRIBE_CONFIGS on the topics.',
};

async function inspectTopic(admin: Admin, topic: Topic, { kafka, partitions }: TopicOptions): Promise<FoundTopic> {
  const name = topicNames(kafka.topicPrefix)[topic];
  const found = await look(admin, name);
  if (found === 'absent') throw new NoLogYetError(`Topic ${name} has not been made yet.`);
  if (found === 'unsettled') throw new LogUnavailableError(`Topic ${name} has partitions without a leader.`);
  if (found.length !== partitions) throw new KafkaSetupError(otherCount(name, found.length, partitions));
  return { name, replicas: fewestReplicas(found) };
}

async function ensureTopic(
  admin: Admin,
  topic: Topic,
  options: TopicOptions,
  givenUp: AbortSignal,
): Promise<FoundTopic> {
  const name = topicNames(options.kafka.topicPrefix)[topic];
  let found = await look(admin, name);
  if (found === 'absent') await create(admin, topic, name, options);
  while (typeof found === 'string') {
    givenUp.throwIfAborted();
    await pause(LOOK_EVERY_MS, givenUp);
    found = await look(admin, name);
  }
  if (found.length !== options.partitions) {
    throw new KafkaSetupError(otherCount(name, found.length, options.partitions));
  }
  return { name, replicas: fewestReplicas(found) };
}

const fewestReplicas = (found: readonly PartitionMetadata[]): number =>
  Math.min(...found.map(({ replicas }) => replicas.length));

/** Its partitions, once the leader of each answers. */
async function look(admin: Admin, name: string): Promise<readonly PartitionMetadata[] | 'absent' | 'unsettled'> {
  try {
    const { topics } = await admin.fetchTopicMetadata({ topics: [name] });
    // It is also what makes kafkajs ask about our topics only from now on: until it was asked for offsets it asks about
    // all topics of the cluster, and fails when any of them is without a leader.
    await admin.fetchTopicOffsets(name);
    return topics.find((topic) => topic.name === name)?.partitions ?? 'absent';
  } catch (error) {
    const code = brokerCodeOf(error);
    if (code === 'UNKNOWN_TOPIC_OR_PARTITION') return 'absent';
    // A TypeError is kafkajs stumbling over its own null, where every broker answered with an error.
    if ((code !== undefined && SOON_SETTLED.has(code)) || error instanceof TypeError) return 'unsettled';
    throw error;
  }
}

/** What brokers say of a topic that was made, or changed its leader, a moment ago. */
const SOON_SETTLED: ReadonlySet<string> = new Set([
  'LEADER_NOT_AVAILABLE',
  'NOT_LEADER_FOR_PARTITION',
  'REPLICA_NOT_AVAILABLE',
  'FENCED_LEADER_EPOCH',
  'UNKNOWN_LEADER_EPOCH',
  'OFFSET_NOT_AVAILABLE',
]);

/** Another process may be faster, which is as good: kafkajs then answers false. */
async function create(admin: Admin, topic: Topic, name: string, options: TopicOptions): Promise<void> {
  const { kafka, partitions, webhookRetentionDays } = options;
  const settings = settingsOf(topic, { webhookRetentionDays, minIsr: kafka.minIsr });
  const wanted: ITopicConfig = {
    topic: name,
    numPartitions: partitions,
    // -1: the broker's default.
    replicationFactor: kafka.replicationFactor ?? -1,
    configEntries: Object.entries(settings).map(([key, value]) => ({ name: key, value })),
  };
  try {
    await admin.createTopics({ timeout: CREATE_WITHIN_MS, waitForLeaders: false, topics: [wanted] });
  } catch (error) {
    if (!isNotAllowed(error)) throw error;
    const command = createCommand(name, { partitions, replicationFactor: kafka.replicationFactor, settings });
    throw new KafkaSetupError(`Topic ${name} is not there and this user may not make it. Run: ${command}`);
  }
}

const otherCount = (name: string, found: number, asked: number): string =>
  `The log has ${found} partitions (topic ${name}) and ${asked} are configured. Set PARLEY_PARTITIONS=${found}: ` +
  'another count would scatter the events of one conversation.';
