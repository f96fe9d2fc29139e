import { RECORD_BYTES_MAX, type Topic } from '../event-log.js';

/** Of Kafka's own names and spellings: https://kafka.apache.org/documentation/#topicconfigs */
export type TopicSettings = Readonly<Record<string, string>>;

/**
 * Kafka bounds a batch with its framing, we bound a record without: 61 bytes for the batch, up to 36 for a record and up
 * to 10 for each header. 64 KiB is room for some 6,000 headers; a webhook request has at most 2,000 (Node's bound).
 */
export const BATCH_BYTES_MAX = RECORD_BYTES_MAX + 64 * 1024;

const DAY_MS = 24 * 60 * 60 * 1_000;

/** The record of what happened: all of it, for ever. Compaction would keep one event of each conversation. */
export const KEPT_FOR_EVER: TopicSettings = {
  'cleanup.policy': 'delete',
  'retention.ms': '-1',
  'retention.bytes': '-1',
};

/** How long raw webhooks are kept. Always compacted: a tombstone erases a single one. */
export function webhookRetention(days: number | undefined): TopicSettings {
  if (days === undefined) return { 'cleanup.policy': 'compact' };
  return {
    'cleanup.policy': 'compact,delete',
    'retention.ms': String(days * DAY_MS),
    'retention.bytes': '-1',
    // Only what is in a closed segment can go: by Kafka's default of 7 days, one day would become eight.
    'segment.ms': String(DAY_MS),
  };
}

/** What a topic is made with. */
export function settingsOf(
  topic: Topic,
  given: { readonly webhookRetentionDays: number | undefined; readonly minIsr: number | undefined },
): TopicSettings {
  return {
    ...(topic === 'events' ? KEPT_FOR_EVER : webhookRetention(given.webhookRetentionDays)),
    'max.message.bytes': String(BATCH_BYTES_MAX),
    ...(given.minIsr === undefined ? {} : { 'min.insync.replicas': String(given.minIsr) }),
  };
}

/** Those of `wanted` that `found` has otherwise, by name. */
export const differences = (found: TopicSettings, wanted: TopicSettings): readonly string[] =>
  Object.keys(wanted).filter((name) => canonical(found[name]) !== canonical(wanted[name]));

/** Lists have no order. */
const canonical = (value: string | undefined): string | undefined => value?.split(',').sort().join(',');

/** The command that gives a topic these settings, for people. */
export const alterCommand = (topicName: string, settings: TopicSettings): string =>
  `kafka-configs.sh --bootstrap-server <broker> --alter --entity-type topics --entity-name ${topicName} ` +
  `--add-config '${pairsOf(settings, (value) => (value.includes(',') ? `[${value}]` : value)).join(',')}'`;

/** The command that makes a topic as we would, for people. */
export function createCommand(
  topicName: string,
  as: {
    readonly partitions: number;
    readonly replicationFactor: number | undefined;
    readonly settings: TopicSettings;
  },
): string {
  const replication = as.replicationFactor === undefined ? '' : ` --replication-factor ${as.replicationFactor}`;
  const settings = pairsOf(as.settings, (value) => value).map((pair) => ` --config ${pair}`);
  return (
    `kafka-topics.sh --bootstrap-server <broker> --create --topic ${topicName} --partitions ${as.partitions}` +
    `${replication}${settings.join('')}`
  );
}

const pairsOf = (settings: TopicSettings, spelled: (value: string) => string): readonly string[] =>
  Object.entries(settings).map(([name, value]) => `${name}=${spelled(value)}`);
