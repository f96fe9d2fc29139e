import { randomBytes } from 'node:crypto';
import kafkajs, { type Admin } from 'kafkajs';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { LogUnavailableError, RECORD_BYTES_MAX } from '../../../../src/events/log/event-log.js';
import { createKafkaClient } from '../../../../src/events/log/kafka/client.js';
import { KafkaSetupError } from '../../../../src/events/log/kafka/faults.js';
import { logIdOf, readKeptRanges } from '../../../../src/events/log/kafka/offsets.js';
import { ensureTopics, topicNames, type TopicOptions } from '../../../../src/events/log/kafka/topics.js';
import { eventually } from '../../../support/eventually.js';
import { describeOnKafka, kafkaBrokers } from '../../../support/kafka.js';
import { startKafkaProxy } from '../../../support/kafka-proxy.js';
import { kafkaConfig } from '../../../support/secure-kafka.js';
import { testLog } from '../../../support/log.js';

const { ConfigResourceTypes, ConfigSource, Partitioners } = kafkajs;
const DAY_MS = 24 * 60 * 60 * 1_000;

describeOnKafka('the topics', () => {
  let options: TopicOptions;
  let admin: Admin;
  let names: ReturnType<typeof topicNames>;

  beforeEach(async () => {
    const kafka = kafkaConfig(kafkaBrokers());
    options = { kafka, partitions: 3, webhookRetentionDays: undefined, logger: testLog };
    names = topicNames(kafka.topicPrefix);
    admin = createKafkaClient(options).admin();
    await admin.connect();
  });
  afterEach(async () => {
    const made = (await admin.listTopics()).filter((topic) => Object.values(names).includes(topic));
    if (made.length > 0) await admin.deleteTopics({ topics: made });
    await admin.disconnect();
  });

  /** What is set for this topic itself. */
  async function settingsOf(topic: string): Promise<Record<string, string>> {
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: ConfigResourceTypes.TOPIC, name: topic }],
    });
    const own = resources
      .flatMap((resource) => resource.configEntries)
      .filter((entry) => entry.configSource === ConfigSource.TOPIC_CONFIG);
    return Object.fromEntries(own.map((entry) => [entry.configName, entry.configValue]));
  }

  /** A broker answers from its copy of the metadata, which follows a change a moment later. */
  const settled = (topic: string, settings: Record<string, string>) =>
    eventually(async () => expect(await settingsOf(topic)).toMatchObject(settings));

  async function alter(name: string, settings: Record<string, string>): Promise<void> {
    const configEntries = Object.entries(settings).map(([key, value]) => ({ name: key, value }));
    await admin.alterConfigs({
      validateOnly: false,
      resources: [{ type: ConfigResourceTypes.TOPIC, name, configEntries }],
    });
    await settled(name, settings);
  }

  it('are made with what the record needs: events for ever, webhooks compacted', async () => {
    await ensureTopics(admin, { ...options, kafka: { ...options.kafka, replicationFactor: 1, minIsr: 1 } });
    const both = { 'max.message.bytes': String(RECORD_BYTES_MAX + 65_536), 'min.insync.replicas': '1' };
    expect(await settingsOf(names.events)).toEqual({
      ...{ ...both, 'cleanup.policy': 'delete', 'retention.ms': '-1', 'retention.bytes': '-1' },
    });
    expect(await settingsOf(names.webhooks)).toEqual({ ...both, 'cleanup.policy': 'compact' });
    const { topics } = await admin.fetchTopicMetadata({ topics: Object.values(names) });
    expect(topics.map(({ partitions }) => partitions.length)).toEqual([3, 3]);
  });

  it('are made by whoever is first of several that start at once', async () => {
    const others = Array.from({ length: 3 }, () => createKafkaClient(options).admin());
    try {
      await Promise.all([admin, ...others].map((each) => ensureTopics(each, options)));
      // Each of them sees topics that answer.
      for (const each of others) expect(await readKeptRanges(each, names.webhooks, 3)).toHaveLength(3);
    } finally {
      await Promise.all(others.map((each) => each.disconnect()));
    }
  });

  it('take the largest record that the port lets in', async () => {
    await ensureTopics(admin, options);
    const producer = createKafkaClient(options).producer({ createPartitioner: Partitioners.DefaultPartitioner });
    await producer.connect();
    try {
      const headers = Object.fromEntries(Array.from({ length: 2_000 }, (_, at) => [`h${at}`, '']));
      const headerBytes = Object.keys(headers).join('').length;
      // Random, so that nobody's compression makes it smaller.
      const value = randomBytes(RECORD_BYTES_MAX - 1 - headerBytes);
      await producer.send({ topic: names.webhooks, messages: [{ key: 'k', value, headers, partition: 0 }] });
    } finally {
      await producer.disconnect();
    }
    expect((await readKeptRanges(admin, names.webhooks, 3)).map(({ head }) => head)).toEqual([1n, 0n, 0n]);
  });

  it('follow a changed retention of webhooks, and keep what else is set for them', async () => {
    await ensureTopics(admin, options);
    await alter(names.webhooks, { ...(await settingsOf(names.webhooks)), 'compression.type': 'gzip' });
    await ensureTopics(admin, { ...options, webhookRetentionDays: 30 });
    const kept = { 'compression.type': 'gzip', 'max.message.bytes': String(RECORD_BYTES_MAX + 65_536) };
    await settled(names.webhooks, {
      ...{ ...kept, 'cleanup.policy': 'compact,delete', 'retention.ms': String(30 * DAY_MS), 'retention.bytes': '-1' },
    });
    await ensureTopics(admin, { ...options, webhookRetentionDays: 1 });
    await settled(names.webhooks, { ...kept, 'retention.ms': String(DAY_MS) });
    await ensureTopics(admin, options);
    await settled(names.webhooks, { ...kept, 'cleanup.policy': 'compact' });
  });

  it('are left alone where they are as they should be', async () => {
    const said: string[] = [];
    const logger = pino({ level: 'info' }, { write: (line: string) => void said.push(line) });
    await ensureTopics(admin, { ...options, logger, webhookRetentionDays: 7 });
    // How often a segment is closed is the operator's to tune.
    await alter(names.webhooks, { ...(await settingsOf(names.webhooks)), 'segment.ms': '3600000' });
    await ensureTopics(admin, { ...options, logger, webhookRetentionDays: 7 });
    expect(said).toEqual([]);
    expect(await settingsOf(names.webhooks)).toMatchObject({ 'segment.ms': '3600000' });
  });

  it('refuse another number of partitions', async () => {
    await ensureTopics(admin, options);
    const refused = ensureTopics(admin, { ...options, partitions: 12 });
    await expect(refused).rejects.toThrow(
      /has 3 partitions \(topic .*\) and 12 are configured\. Set PARLEY_PARTITIONS=3/,
    );
    await expect(refused).rejects.toBeInstanceOf(KafkaSetupError);
  });

  it.each([
    ['a compacted record', { 'cleanup.policy': 'compact' }, /cleanup\.policy=compact: events would be lost/],
    ['a record of seven days', { 'retention.ms': '604800000' }, /retention\.ms=604800000: events would be lost/],
    [
      'a record of a gigabyte',
      { 'retention.bytes': '1073741824' },
      /retention\.bytes=1073741824: events would be lost/,
    ],
    ['small records only', { 'max.message.bytes': '1048588' }, /takes no records of 2 MiB/],
    ['more replicas in sync than there are', { 'min.insync.replicas': '2' }, /asks for 2 replicas in sync and has 1/],
  ])('refuse %s, and say what to run', async (_, changed, why) => {
    await ensureTopics(admin, options);
    const right = await settingsOf(names.events);
    await alter(names.events, { ...right, ...changed });
    const refusal: unknown = await ensureTopics(admin, options).catch((error: unknown) => error);
    if (!(refusal instanceof KafkaSetupError)) throw new TypeError('It was not refused.');
    expect(refusal.message).toMatch(why);
    const command = /kafka-configs\.sh .* --entity-name (\S+) --add-config '(\S+)'/.exec(refusal.message);
    expect(command?.[1]).toBe(names.events);
    // What it says does heal it.
    const said = (command?.[2] ?? '').split(',').map((pair) => pair.split('='));
    await alter(names.events, { ...right, ...changed, ...(Object.fromEntries(said) as Record<string, string>) });
    await ensureTopics(admin, options);
  });

  it('refuse webhooks of small records only', async () => {
    await ensureTopics(admin, options);
    await alter(names.webhooks, { ...(await settingsOf(names.webhooks)), 'max.message.bytes': '1048588' });
    await expect(ensureTopics(admin, options)).rejects.toThrow(`Topic ${names.webhooks} takes no records of 2 MiB`);
  });

  it('refuse more replicas than there are brokers', async () => {
    const kafka = { ...options.kafka, replicationFactor: 3 };
    const refused = ensureTopics(admin, { ...options, kafka });
    await expect(refused).rejects.toThrow(/fewer brokers than KAFKA_REPLICATION_FACTOR asks for/);
    await expect(refused).rejects.toBeInstanceOf(KafkaSetupError);
  });

  it('refuse a prefix that makes their names too long for Kafka', async () => {
    const kafka = { ...options.kafka, topicPrefix: 'x'.repeat(245) };
    await expect(ensureTopics(admin, { ...options, kafka })).rejects.toThrow(/look at PARLEY_TOPIC_PREFIX/);
  });

  it('are waited for while Kafka is away', async () => {
    const proxy = await startKafkaProxy(kafkaBrokers());
    const away = createKafkaClient({ kafka: { ...options.kafka, brokers: [proxy.brokers] }, logger: testLog }).admin();
    try {
      proxy.cut();
      await expect(ensureTopics(away, options)).rejects.toBeInstanceOf(LogUnavailableError);
      proxy.heal();
      await ensureTopics(away, options);
    } finally {
      await away.disconnect();
      await proxy.close();
    }
  });
});

describeOnKafka('what the topics keep', () => {
  it('is told for each partition in order, and within its bound while Kafka is away', async () => {
    const proxy = await startKafkaProxy(kafkaBrokers());
    const kafka = kafkaConfig(proxy.brokers);
    const client = createKafkaClient({ kafka, logger: testLog });
    const [admin, producer] = [client.admin(), client.producer({ createPartitioner: Partitioners.DefaultPartitioner })];
    const { events: topic } = topicNames(kafka.topicPrefix);
    try {
      // Twelve: sorted as text, 10 comes before 2.
      await ensureTopics(admin, { kafka, partitions: 12, webhookRetentionDays: undefined, logger: testLog });
      await producer.connect();
      const messages = Array.from({ length: 12 }, (_, partition) =>
        Array.from({ length: partition + 1 }, () => ({ partition, value: 'v' })),
      ).flat();
      await producer.send({ topic, messages });
      await admin.deleteTopicRecords({ topic, partitions: [{ partition: 10, offset: '4' }] });
      expect(await readKeptRanges(admin, topic, 12)).toEqual(
        Array.from({ length: 12 }, (_, at) => ({ first: at === 10 ? 4n : 0n, head: BigInt(at + 1) })),
      );
      expect(await logIdOf(admin, topic)).toMatch(new RegExp(`^[A-Za-z0-9_-]{22}/${kafka.topicPrefix}\\.events\\.v1$`));
      await expect(readKeptRanges(admin, topic, 13)).rejects.toBeInstanceOf(LogUnavailableError);

      proxy.blackHole();
      const began = performance.now();
      const asked = [readKeptRanges(admin, topic, 12), logIdOf(admin, topic)];
      for (const answer of asked) await expect(answer).rejects.toBeInstanceOf(LogUnavailableError);
      expect(performance.now() - began).toBeLessThan(5_000);
      proxy.heal();
      // The client may learn by its next request that its connection is no more.
      await eventually(async () => expect(await readKeptRanges(admin, topic, 12)).toHaveLength(12));
    } finally {
      await producer.disconnect();
      await admin.deleteTopics({ topics: Object.values(topicNames(kafka.topicPrefix)) });
      await admin.disconnect();
      await proxy.close();
    }
  });
});
