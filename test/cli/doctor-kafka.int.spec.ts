import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { readConfig } from '../../src/config.js';
import { toRecord } from '../../src/events/codec.js';
import type { EventLog } from '../../src/events/log/event-log.js';
import { openKafkaLog } from '../../src/events/log/kafka/open-kafka-log.js';
import { acceptedData, event } from '../support/events.js';
import { countRecords, deleteTopics, describeOnKafka, kafkaBrokers, newTopicPrefix } from '../support/kafka.js';
import { testLog } from '../support/log.js';
import { doctor, startDoctorRig, type DoctorRig } from './doctor-rig.js';

describeOnKafka('parley doctor on Kafka', () => {
  let rig: DoctorRig;
  let prefix: string;
  let log: EventLog | undefined;
  beforeEach(async () => {
    rig = await startDoctorRig();
    prefix = newTopicPrefix();
    vi.stubEnv('KAFKA_BROKERS', kafkaBrokers());
    vi.stubEnv('PARLEY_TOPIC_PREFIX', prefix);
    vi.stubEnv('PARLEY_PARTITIONS', '3');
  });
  afterEach(async () => {
    await log?.close();
    log = undefined;
    await deleteTopics(prefix);
    await rig.stop();
  });

  /** As a start does. */
  async function open(): Promise<EventLog> {
    const { kafka, partitions, webhookRetentionDays } = readConfig();
    if (kafka === undefined) throw new Error('No Kafka is configured.');
    log = await openKafkaLog({ kafka, partitions, webhookRetentionDays, logger: testLog });
    await rig.belongTo(log);
    return log;
  }
  const append = (to: EventLog, spoil: (value: string) => string = (value) => value, fingerprint = rig.fingerprint) => {
    const record = toRecord(event({ type: 'message.accepted', n: 1, data: acceptedData(1) }), fingerprint);
    return to.append('events', { ...record, value: Buffer.from(spoil(record.value.toString())) });
  };

  it('makes no topics, and says that the first start does', async () => {
    const { problems, of } = await doctor();
    expect(problems).toEqual([]);
    expect(of('LOG')[0]?.message).toContain('has not been made yet');
    await expect(countRecords(prefix)).resolves.toBe(0n);
    expect((await doctor()).of('LOG')[0]?.message).toContain('has not been made yet');
  });

  it('finds nothing wrong with what a start has made, and what waits', async () => {
    await append(await open());
    const { problems, of } = await doctor();
    expect(problems).toEqual([]);
    expect(of('LOG')[0]?.message).toContain('3 partitions');
    expect(of('LOG_INSTANCE')[0]).toMatchObject({ severity: 'ok' });
    expect(of('CONSUMER_PROJECTOR')[0]?.message).toContain('1 event');
  });

  it('finds other partitions and another retention than are configured, and changes neither', async () => {
    await open();
    vi.stubEnv('PARLEY_WEBHOOK_RETENTION_DAYS', '30');
    for (let look = 0; look < 2; look += 1) {
      const { of } = await doctor();
      expect(of('LOG_SETTINGS')[0]?.remedy, 'also at the second look').toContain('kafka-configs.sh');
    }
    vi.stubEnv('PARLEY_PARTITIONS', '4');
    expect((await doctor()).of('LOG_SETUP')[0]?.message).toContain('PARLEY_PARTITIONS=3');
  });

  it('rule 5: finds topics of another instance', async () => {
    await append(await open(), undefined, 'abcd');
    expect((await doctor()).of('LOG_OTHER_INSTANCE')[0]?.message).toContain('instance abcd');
  });

  it('rule 14: names the event that can not be read', async () => {
    const { partition, offset } = await append(await open(), (value) => value.replace('"parts":', '"pieces":'));
    const [poison] = (await doctor()).of('CONSUMER_POISON');
    expect(poison?.message).toContain(`partition ${partition}, offset ${offset}: message.accepted`);
  });

  it('with Kafka away says so, and what else can be said', async () => {
    vi.stubEnv('KAFKA_BROKERS', '127.0.0.1:1');
    const { problems, of } = await doctor();
    expect(problems).toEqual(['LOG_AWAY']);
    expect(of('DATABASE_MIGRATIONS')).toHaveLength(1);
    expect(of('OUTBOX')).toHaveLength(1);
  });
});
