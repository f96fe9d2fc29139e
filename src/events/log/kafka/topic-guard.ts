import kafkajs, { type Admin, type ConfigEntries } from 'kafkajs';
import type { Logger } from 'pino';
import { isNotAllowed, KafkaSetupError } from './faults.js';
import {
  alterCommand,
  BATCH_BYTES_MAX,
  differences,
  KEPT_FOR_EVER,
  webhookRetention,
  type TopicSettings,
} from './topic-settings.js';

// Node finds only some of its exports by name.
const { ConfigResourceTypes, ConfigSource } = kafkajs;

export interface FoundTopic {
  readonly name: string;
  /** The fewest that a partition has. */
  readonly replicas: number;
}

/**
 * Refuses a topic that would lose the record or take no more of it.
 * @returns false: this user may not see its settings
 * @throws KafkaSetupError says what to run
 */
export async function guardEventsTopic(admin: Admin, topic: FoundTopic, logger: Logger): Promise<boolean> {
  const found = await readSettings(admin, topic.name, logger);
  if (found === undefined) return false;
  const wrong = differences(found, KEPT_FOR_EVER);
  if (wrong.length > 0) {
    throw new KafkaSetupError(
      `Topic ${topic.name} has ${wrong.map((name) => `${name}=${found[name] ?? ''}`).join(', ')}: events would be lost. ` +
        `Run: ${alterCommand(topic.name, KEPT_FOR_EVER)}`,
    );
  }
  refuseUnwritable(topic, found);
  return true;
}

/**
 * As above, and applies another retention than the topic has: it is ours to change, for raw webhooks are no record.
 * @throws KafkaSetupError says what to run
 */
export async function guardWebhooksTopic(admin: Admin, topic: FoundTopic, asked: WebhookGuardOptions): Promise<void> {
  const wanted = await otherRetention(admin, topic, asked);
  if (wanted === undefined) return;
  try {
    await alter(admin, topic.name, wanted);
    asked.logger.info({ topic: topic.name, ...wanted }, 'the retention of raw webhooks has been changed');
  } catch (error) {
    if (!isNotAllowed(error)) throw error;
    const command = alterCommand(topic.name, wanted);
    asked.logger.warn(
      `PARLEY_WEBHOOK_RETENTION_DAYS is not what the topic has, and Kafka lets us not change it. Run: ${command}`,
    );
  }
}

export interface WebhookGuardOptions {
  /** Undefined: raw webhooks are kept for ever. */
  readonly days: number | undefined;
  readonly logger: Logger;
}

/**
 * The retention that the topic should have; undefined: it has it, or doesn't let us see.
 * @throws KafkaSetupError says what to run
 */
export async function otherRetention(
  admin: Admin,
  topic: FoundTopic,
  { days, logger }: WebhookGuardOptions,
): Promise<TopicSettings | undefined> {
  const found = await readSettings(admin, topic.name, logger);
  if (found === undefined) return undefined;
  refuseUnwritable(topic, found);
  const wanted = webhookRetention(days);
  // How often a segment is closed is only a means: whoever tuned it keeps it.
  return differences(found, wanted).every((name) => name === 'segment.ms') ? undefined : wanted;
}

function refuseUnwritable({ name, replicas }: FoundTopic, found: TopicSettings): void {
  if (Number(found['max.message.bytes']) < BATCH_BYTES_MAX) {
    const command = alterCommand(name, { 'max.message.bytes': String(BATCH_BYTES_MAX) });
    throw new KafkaSetupError(`Topic ${name} takes no records of 2 MiB. Run: ${command}`);
  }
  const minIsr = Number(found['min.insync.replicas']);
  if (minIsr > replicas) {
    const command = alterCommand(name, { 'min.insync.replicas': String(replicas) });
    throw new KafkaSetupError(
      `Topic ${name} asks for ${minIsr} replicas in sync and has ${replicas}: nothing can be written. ` +
        `Give it more replicas, or run: ${command}`,
    );
  }
}

/** Undefined where this user may not see them, which is no reason not to work. */
async function readSettings(admin: Admin, name: string, logger: Logger): Promise<TopicSettings | undefined> {
  try {
    return Object.fromEntries((await describe(admin, name)).map((entry) => [entry.configName, entry.configValue]));
  } catch (error) {
    if (!isNotAllowed(error)) throw error;
    logger.warn(`Kafka does not let us see the settings of topic ${name}: they are not checked.`);
    return undefined;
  }
}

/** The request replaces all that is set for the topic, so the rest goes along. */
async function alter(admin: Admin, name: string, changed: TopicSettings): Promise<void> {
  const own = (await describe(admin, name)).filter(isSetForTheTopic);
  const all = { ...Object.fromEntries(own.map((entry) => [entry.configName, entry.configValue])), ...changed };
  const configEntries = Object.entries(all).map(([key, value]) => ({ name: key, value }));
  await admin.alterConfigs({
    validateOnly: false,
    resources: [{ type: ConfigResourceTypes.TOPIC, name, configEntries }],
  });
}

async function describe(admin: Admin, name: string): Promise<readonly ConfigEntries[]> {
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: ConfigResourceTypes.TOPIC, name }],
  });
  return resources.flatMap((resource) => resource.configEntries);
}

const isSetForTheTopic = ({ configSource }: ConfigEntries): boolean => configSource === ConfigSource.TOPIC_CONFIG;
