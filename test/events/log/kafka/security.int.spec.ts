import kafkajs, { type AclOperationTypes as AclOperation, type Admin } from 'kafkajs';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { LogUnavailableError } from '../../../../src/events/log/event-log.js';
import { createKafkaClient } from '../../../../src/events/log/kafka/client.js';
import { KafkaSetupError } from '../../../../src/events/log/kafka/faults.js';
import { lookAtKafkaLog } from '../../../../src/events/log/kafka/open-kafka-log.js';
import { readKeptRanges } from '../../../../src/events/log/kafka/offsets.js';
import { ensureTopics, topicNames } from '../../../../src/events/log/kafka/topics.js';
import { NoLogYetError } from '../../../../src/events/log/log-look.js';
import type { KafkaConfig, KafkaSasl, KafkaTls } from '../../../../src/kafka-config.js';
import { createAuthority } from '../../../support/certificates.js';
import { describeOnOwnKafka } from '../../../support/kafka.js';
import { startKafkaProxy } from '../../../support/kafka-proxy.js';
import { testLog } from '../../../support/log.js';
import { kafkaConfig, startSecureKafka, type SecureKafka } from '../../../support/secure-kafka.js';

const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, Partitioners, ResourcePatternTypes } = kafkajs;
const USE = [AclOperationTypes.WRITE, AclOperationTypes.READ];
const SASL_AUTHENTICATE = 36;
const MECHANISMS = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const;

describeOnOwnKafka('a Kafka that asks who is there', () => {
  let secure: SecureKafka;
  beforeAll(async () => {
    secure = await startSecureKafka();
    // The broker's own bound.
  }, 60_000);
  afterAll(() => secure.stop());

  const login = (mechanism: KafkaSasl['mechanism'], given: Partial<KafkaSasl> = {}): KafkaSasl => ({
    ...{ mechanism, username: 'app', password: secure.password },
    ...given,
  });
  const trusting = (ca: string | undefined): KafkaTls => ({ ca, cert: undefined, key: undefined });

  async function asAdmin<Result>(kafka: KafkaConfig, work: (admin: Admin) => Promise<Result>): Promise<Result> {
    const admin = createKafkaClient({ kafka, logger: testLog }).admin();
    try {
      return await work(admin);
    } finally {
      await admin.disconnect();
    }
  }

  const makeTopics = (kafka: KafkaConfig, logger = testLog) =>
    asAdmin(kafka, (admin) => ensureTopics(admin, { kafka, partitions: 2, webhookRetentionDays: 30, logger }));

  /** Makes the topics, writes a record, finds it. */
  async function writesAndReads(kafka: KafkaConfig, logger = testLog): Promise<void> {
    await makeTopics(kafka, logger);
    const { events: topic } = topicNames(kafka.topicPrefix);
    const client = createKafkaClient({ kafka, logger: testLog });
    const producer = client.producer({ idempotent: true, createPartitioner: Partitioners.DefaultPartitioner });
    await producer.connect();
    try {
      await producer.send({ topic, acks: -1, messages: [{ key: 'k', value: 'v', partition: 1 }] });
    } finally {
      await producer.disconnect();
    }
    const ranges = await asAdmin(kafka, (admin) => readKeptRanges(admin, topic, 2));
    expect(ranges.map(({ head }) => head)).toEqual([0n, 1n]);
  }

  async function refusalOf(kafka: KafkaConfig): Promise<string> {
    const refusal: unknown = await makeTopics(kafka).catch((error: unknown) => error);
    if (!(refusal instanceof KafkaSetupError)) throw new TypeError(`It was not refused for good: ${String(refusal)}`);
    // On one line, and without what must stay secret.
    expect(refusal.message).not.toMatch(/\n/);
    expect(refusal.message).not.toContain(secure.password);
    return refusal.message;
  }

  it.each(MECHANISMS)('lets us in by %s', (mechanism) =>
    writesAndReads(kafkaConfig(secure.saslPlaintext, { sasl: login(mechanism) })),
  );

  it.each(['PLAIN', 'SCRAM-SHA-512'] as const)('lets us in by %s over TLS', (mechanism) =>
    writesAndReads(kafkaConfig(secure.saslTls, { sasl: login(mechanism), tls: trusting(secure.authority.ca) })),
  );

  it('lets us in by a client certificate', () =>
    writesAndReads(
      kafkaConfig(secure.mutualTls, { tls: { ca: secure.authority.ca, ...secure.authority.issue('app') } }),
    ));

  it.each(MECHANISMS)('refuses a wrong password by %s for good', async (mechanism) => {
    const sasl = login(mechanism, { password: 'wrong' });
    expect(await refusalOf(kafkaConfig(secure.saslPlaintext, { sasl }))).toMatch(
      /KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD/,
    );
  });

  it('refuses an unknown user for good', async () => {
    const sasl = login('SCRAM-SHA-256', { username: 'nobody' });
    expect(await refusalOf(kafkaConfig(secure.saslPlaintext, { sasl }))).toMatch(/KAFKA_SASL_USERNAME/);
  });

  it('refuses a mechanism that it does not have for good', async () => {
    const kafka = kafkaConfig(secure.saslTls, { sasl: login('SCRAM-SHA-256'), tls: trusting(secure.authority.ca) });
    expect(await refusalOf(kafka)).toMatch(/KAFKA_SASL_MECHANISM/);
  });

  it('refuses a login where there is none for good', async () => {
    expect(await refusalOf(kafkaConfig(secure.plaintext, { sasl: login('PLAIN') }))).toMatch(
      /KAFKA_SASL_MECHANISM is set/,
    );
  });

  it('is refused for good by who does not trust its certificate, or finds it under another name', async () => {
    const over = (broker: string, ca: string | undefined) =>
      refusalOf(kafkaConfig(broker, { sasl: login('PLAIN'), tls: trusting(ca) }));
    const refusals = await Promise.all([
      over(secure.saslTls, createAuthority('Somebody else').ca),
      over(secure.saslTls, undefined),
      // 127.1 is an old spelling of the same address, which resolvers know and the certificate doesn't.
      over(secure.saslTls.replace('127.0.0.1', '127.1'), secure.authority.ca),
    ]);
    for (const refusal of refusals)
      expect(refusal).toMatch(/not trusted: look at KAFKA_SSL_CA and at the names in KAFKA_BROKERS/);
  });

  it('refuses us for good without a client certificate, or with a stranger’s', async () => {
    const { ca } = secure.authority;
    const stranger = { ca, ...createAuthority('Somebody else').issue('app') };
    const refusals = [trusting(ca), stranger].map((tls) => refusalOf(kafkaConfig(secure.mutualTls, { tls })));
    for (const refusal of await Promise.all(refusals)) expect(refusal).toMatch(/KAFKA_SSL_CERT and KAFKA_SSL_KEY/);
  });

  it('hangs up without a word on who does not fit its port, which may as well be its start: waited for, with a hint', async () => {
    const misfits = [
      kafkaConfig(secure.plaintext, { tls: trusting(secure.authority.ca) }),
      kafkaConfig(secure.mutualTls),
      kafkaConfig(secure.saslPlaintext),
    ];
    const outcomes = await Promise.all(misfits.map((kafka) => makeTopics(kafka).catch((error: unknown) => error)));
    for (const outcome of outcomes) {
      if (!(outcome instanceof LogUnavailableError))
        throw new TypeError(`It would not be waited for: ${String(outcome)}`);
      expect(outcome.message).toMatch(/KAFKA_SSL or KAFKA_SASL_MECHANISM does not fit the port in KAFKA_BROKERS/);
    }
  });

  it('is away, and no wrong password, when the connection breaks during the login', async () => {
    const proxy = await startKafkaProxy(secure.saslPlaintext);
    const held = proxy.holdRequest(({ apiKey }) => apiKey === SASL_AUTHENTICATE);
    const outcome = makeTopics(kafkaConfig(proxy.brokers, { sasl: login('PLAIN') })).catch((error: unknown) => error);
    try {
      await held.reached;
      proxy.cut();
      expect(await outcome).toBeInstanceOf(LogUnavailableError);
    } finally {
      held.release();
      await proxy.close();
    }
  });

  it('refuses a user without rights for good', async () => {
    const sasl = login('PLAIN', { username: 'stranger', password: secure.otherPassword });
    expect(await refusalOf(kafkaConfig(secure.saslPlaintext, { sasl }))).toMatch(/does not allow it to this user/);
  });

  it('says how to make the topics for a user who may not, and then does without the right to see their settings', async () => {
    const sasl = login('PLAIN', { username: 'writer', password: secure.otherPassword });
    const kafka = kafkaConfig(secure.saslPlaintext, { sasl });
    await grantUse(kafka.topicPrefix, USE);
    const { events } = topicNames(kafka.topicPrefix);
    expect(await refusalOf(kafka)).toMatch(
      new RegExp(
        `Topic ${events} is not there and this user may not make it. Run: kafka-topics.sh .* --topic ${events} `,
      ),
    );
    await makeTopics({ ...kafkaConfig(secure.plaintext), topicPrefix: kafka.topicPrefix });
    const said: string[] = [];
    await writesAndReads(kafka, pino({ level: 'warn' }, { write: (line: string) => void said.push(line) }));
    expect(said.filter((line) => line.includes('they are not checked'))).toHaveLength(2);
  });

  it('is told of by a warning where the retention of webhooks may not be changed', async () => {
    const sasl = login('PLAIN', { username: 'writer', password: secure.otherPassword });
    const kafka = kafkaConfig(secure.saslPlaintext, { sasl });
    await grantUse(kafka.topicPrefix, [...USE, AclOperationTypes.DESCRIBE_CONFIGS]);
    await makeTopics({ ...kafkaConfig(secure.plaintext), topicPrefix: kafka.topicPrefix });
    const said: string[] = [];
    const logger = pino({ level: 'warn' }, { write: (line: string) => void said.push(line) });
    await asAdmin(kafka, (admin) => ensureTopics(admin, { kafka, partitions: 2, webhookRetentionDays: 7, logger }));
    expect(
      said.filter((line) => line.includes('PARLEY_WEBHOOK_RETENTION_DAYS is not what the topic has')),
    ).toHaveLength(1);
  });

  it('lets who only looks know whether we may write, and see the settings, and makes nothing', async () => {
    const sasl = login('PLAIN', { username: 'reader', password: secure.otherPassword });
    const kafka = kafkaConfig(secure.saslPlaintext, { sasl });
    const look = () => lookAtKafkaLog({ kafka, partitions: 2, webhookRetentionDays: 30, logger: testLog });
    await grantUse(kafka.topicPrefix, [], 'reader');
    await expect(look()).rejects.toThrow(NoLogYetError);
    await makeTopics({ ...kafkaConfig(secure.plaintext), topicPrefix: kafka.topicPrefix });
    await expect(look(), 'may see the topics and nothing else').rejects.toThrow(/does not allow it to this user/);
    await grantUse(kafka.topicPrefix, USE, 'reader');
    const granted = await look();
    expect(granted.remarks.map(({ remedy }) => remedy).join()).toContain('DESCRIBE_CONFIGS');
    expect(await granted.heads('events')).toEqual([0n, 0n]);
    await granted.close();
  });

  /** For topics that are there: to see them, and more. */
  async function grantUse(topicPrefix: string, more: readonly AclOperation[], user = 'writer'): Promise<void> {
    const operations = [AclOperationTypes.DESCRIBE, ...more];
    const acl = operations.map((operation) => ({
      ...{ resourceType: AclResourceTypes.TOPIC, resourceName: topicPrefix },
      ...{ resourcePatternType: ResourcePatternTypes.PREFIXED, principal: `User:${user}`, host: '*' },
      ...{ operation, permissionType: AclPermissionTypes.ALLOW },
    }));
    await asAdmin(kafkaConfig(secure.plaintext), (admin) => admin.createAcls({ acl }));
  }
});
