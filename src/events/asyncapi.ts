import { eventHeaders, rawWebhookHeaders } from './asyncapi-headers.js';
import { eventMessages, KAFKA_BINDING_VERSION, rawWebhookMessage, type EventMessage } from './asyncapi-messages.js';
import { settingsOf, type TopicSettings } from './log/kafka/topic-settings.js';

/** What the description of the topics depends on; the rest follows from the catalog. */
export interface AsyncApiSettings {
  readonly topicPrefix: string;
  readonly partitions: number;
  /** Undefined: kept for ever. */
  readonly webhookRetentionDays: number | undefined;
}

/** Of the configuration; the prefix is Kafka's alone, and Parley's own name where the log is embedded. */
export const asyncApiSettings = (config: {
  readonly partitions: number;
  readonly webhookRetentionDays: number | undefined;
  readonly kafka: { readonly topicPrefix: string } | undefined;
}): AsyncApiSettings => ({
  topicPrefix: config.kafka?.topicPrefix ?? 'parley',
  partitions: config.partitions,
  webhookRetentionDays: config.webhookRetentionDays,
});

/**
 * The topics for those who read them: AsyncAPI 3.0.0 (https://www.asyncapi.com/docs/reference/specification/v3.0.0) as
 * plain JSON. What stands in it comes from the catalog and from the settings that the topics are made with.
 */
export function asyncApiDocument(settings: AsyncApiSettings): Readonly<Record<string, unknown>> {
  const messages = eventMessages();
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Parley',
      version: '1.0.0',
      description:
        'What Parley writes to Kafka: every event, and what providers told it, byte for byte. Only Parley writes; ' +
        'everybody may read. At least once, in order per key: dedupe by `ce_id`. Read on in docs/events.md.',
      license: { name: 'MIT' },
    },
    defaultContentType: 'application/json',
    servers: { kafka: server },
    channels: {
      events: eventsChannel(settings, [...messages.keys()]),
      webhooks: webhooksChannel(settings),
    },
    operations: {
      recordEvent: { action: 'send', channel: { $ref: '#/channels/events' }, summary: 'Something happened.' },
      recordWebhook: {
        action: 'send',
        channel: { $ref: '#/channels/webhooks' },
        summary: 'A provider called; its webhook is answered 200 once its bytes are in the topic.',
      },
    },
    components: componentsOf(messages),
  };
}

/** The brokers are the operator's to tell: nobody learns an address from a document that needs no key. */
const server = {
  host: '{brokers}',
  protocol: 'kafka',
  description:
    'The Kafka that `KAFKA_BROKERS` names. Without it the log is embedded, and there is nothing to connect to.',
  variables: { brokers: { default: 'localhost:9092', description: 'Any brokers of the cluster, `host:port` each.' } },
};

function eventsChannel(settings: AsyncApiSettings, messages: readonly string[]) {
  return {
    address: '{topicPrefix}.events.v1',
    title: 'Events',
    summary: 'What happened to messages, conversations, contacts and channels.',
    description:
      'The record: kept for ever, never compacted, without gaps. The key decides the partition (murmur2, as the ' +
      'default partitioner of the Java client), and records of one key are in order.',
    parameters: prefixParameter(settings),
    messages: Object.fromEntries(messages.map((name) => [name, { $ref: `#/components/messages/${name}` }])),
    bindings: { kafka: channelBinding(settings, settingsOf('events', { ...settings, minIsr: undefined })) },
  };
}

function webhooksChannel(settings: AsyncApiSettings) {
  return {
    address: '{topicPrefix}.webhooks.v1',
    title: 'Raw webhooks',
    summary: 'What providers sent, byte for byte, with what Parley knew of it.',
    description:
      'Authentic webhooks only. The key is the id of the raw webhook, and the partition that of its channel: in order ' +
      'per channel. Compacted, so that a tombstone (a null value) erases one webhook: there are gaps.',
    parameters: prefixParameter(settings),
    messages: { webhook: { $ref: '#/components/messages/webhook' } },
    bindings: { kafka: channelBinding(settings, settingsOf('webhooks', { ...settings, minIsr: undefined })) },
  };
}

const prefixParameter = ({ topicPrefix }: AsyncApiSettings) => ({
  topicPrefix: { default: topicPrefix, description: '`PARLEY_TOPIC_PREFIX`.' },
});

const channelBinding = ({ partitions }: AsyncApiSettings, topic: TopicSettings) => ({
  partitions,
  topicConfiguration: Object.fromEntries(
    Object.entries(topic).map(([name, value]) => [name, name === 'cleanup.policy' ? value.split(',') : Number(value)]),
  ),
  bindingVersion: KAFKA_BINDING_VERSION,
});

function componentsOf(events: ReadonlyMap<string, EventMessage>) {
  const named = [...events];
  return {
    messages: {
      ...Object.fromEntries(named.map(([name, { message }]) => [name, message])),
      webhook: rawWebhookMessage,
    },
    messageTraits: {
      event: {
        contentType: 'application/json',
        correlationId: {
          location: '$message.payload#/causationId',
          description: "The raw webhook that it follows from, or the command's event; absent where there is neither.",
        },
      },
    },
    schemas: {
      ...Object.fromEntries(named.map(([name, { value }]) => [name, value])),
      eventHeaders,
      rawWebhookHeaders,
    },
  };
}
