import { Kafka, logLevel, Partitioners } from 'kafkajs';
import { expect, it } from 'vitest';
import { ROLES } from '../../src/config.js';
import { eventually } from '../support/eventually.js';
import { withClient } from '../support/with-client.js';
import { checkEverything, untilLagIsZero } from './checks.js';
import { describeFault } from './describe-fault.js';
import { flipAfter } from './flipped-byte.js';
import { TRUNCATE } from './rebuild.js';
import { rigPerTest } from './rig-per-test.js';
import { casesOf, complaintsOf, rounds, type Rig, type RigOptions } from './rig.js';

// The log is damaged: a bit flips where it lies, its topic is made anew, retention takes what was not read. Whoever reads
// it stops before that place and says on /readyz, or where it starts, what is wrong and what to do. Nothing is passed
// over, read anew from 0, or made up; and where the damage is mended, it goes on.

const IS_FULL = rounds(1, 0) === 1;
const TEXT = 'what was said';

let rig: Rig;
const begin = (options: RigOptions) => rigPerTest(options, (opened) => (rig = opened));

describeFault(
  'F36 a flipped bit in a row of the log',
  () => {
    begin({ log: 'embedded' });

    it('stops before it and says so; goes on when it is mended', { timeout: 5 * 60_000 }, async () => {
      await sendSome();
      await rig.kill('all', 'SIGTERM');
      await forgetReadModels();
      // Right behind the text, so that the next flip finds it again.
      const flip = () =>
        query(`update log.records set value = set_bit(value, n, 1 - get_bit(value, n))
        from (select 8 * (position('${TEXT}'::bytea in value) + ${TEXT.length - 1}) as n, topic, partition, "offset"
          from log.records where topic = 'events' and position('${TEXT}'::bytea in value) > 0
          order by partition, "offset" limit 1) as one
        where (records.topic, records.partition, records."offset") = (one.topic, one.partition, one."offset")`);
      await flip();
      await expectToStop(/projector: stopped \(Partition \d+ of events is damaged at offset \d+:.*docs\/backup\.md/);
      await rig.kill('all', 'SIGTERM');
      await flip();
      await rig.startMissing('all');
      await checkEverything(rig);
    });
  },
  ['embedded'],
);

if (IS_FULL)
  describeFault(
    'F36 a flipped bit in a page of Postgres',
    () => {
      begin({ log: 'embedded', ownPostgres: true });

      it('does not start and says so; goes on when it is mended', { timeout: 5 * 60_000 }, async () => {
        await sendSome();
        await rig.kill('all', 'SIGTERM');
        await forgetReadModels();
        await query('checkpoint');
        const [found] = await query<{ path: string }>(`select pg_relation_filepath('log.records') as path`);
        const flipped = await flipAfter(TEXT, rig.postmaster?.clusterDir ?? '', (path) => path === found?.path);
        // What it has in memory is still sound.
        await restartPostgres();
        await expect(rig.startMissing('all')).rejects.toThrow(
          /Parley could not start: PostgreSQL finds its own data damaged.*docs\/backup\.md/,
        );
        await flipped.mend();
        await restartPostgres();
        await rig.startMissing('all');
        await checkEverything(rig);
      });
    },
    ['embedded'],
  );

if (IS_FULL)
  describeFault(
    'F36 a flipped bit in a segment of Kafka',
    () => {
      begin({ log: 'kafka', ownBroker: true });

      it('stops before it and says so; goes on when it is mended', { timeout: 5 * 60_000 }, async () => {
        await sendSome();
        await rig.kill('all', 'SIGTERM');
        await forgetReadModels();
        await rig.broker?.kill('SIGTERM');
        const flipped = await flipAfter(TEXT, rig.broker?.dataDir ?? '', (path) =>
          /events\.v1-\d+\/0+\.log$/.test(path),
        );
        await rig.broker?.restart();
        await expectToStop(/projector: stopped \(Partition \d+ of events is damaged at offset \d+:.*docs\/backup\.md/);
        await rig.kill('all', 'SIGTERM');
        await rig.broker?.kill('SIGTERM');
        await flipped.mend();
        await rig.broker?.restart();
        await rig.startMissing('all');
        await checkEverything(rig);
      });
    },
    ['kafka'],
  );

describeFault(
  'F36 the topic made anew, and retention',
  () => {
    begin({ log: 'kafka' });

    it(
      'stops and says so, under running processes and at each start, also when it has grown past what was read',
      { timeout: 5 * 60_000 },
      async () => {
        await sendSome();
        const before = await journal();
        await makeTopicAnew();
        await expectComplaint(
          /projector: stopped \(Position \d+ of partition \d+ of events is outside of what the log has/,
        );
        await rig.kill('all', 'SIGTERM');
        await expectRefused(/Parley could not start: The event log does not have what was read of it/);
        await growPast(30);
        await expectRefused(
          /Parley could not start: The event log does not have what was read of it.*PARLEY_TOPIC_PREFIX/,
        );
        expect(await journal()).toEqual(before);
      },
    );

    it.runIf(IS_FULL)(
      'stops and says so where retention took what is to be read',
      { timeout: 5 * 60_000 },
      async () => {
        await sendSome();
        await rig.kill('projector', 'SIGTERM');
        await forgetReadModels();
        await withAdmin(async (admin, topic) => {
          const partitions = (await admin.fetchTopicOffsets(topic)).map(({ partition, high }) => ({
            partition,
            offset: high,
          }));
          await admin.deleteTopicRecords({ topic, partitions });
        });
        await expect(rig.startRole('projector')).rejects.toThrow(/Position \d+ of partition \d+ of events is outside/);
      },
    );
  },
  ['kafka'],
);

/** Texts to several contacts, all of it dispatched and folded. */
async function sendSome(): Promise<void> {
  const sent = await Promise.all(
    Array.from({ length: 8 }, (_, n) => rig.send(`+155501360${String(n).padStart(2, '0')}`, { text: `${TEXT} ${n}` })),
  );
  expect(sent.filter(({ messageId }) => messageId === undefined)).toEqual([]);
  await untilLagIsZero(rig);
}

const query = <Row extends object>(statement: string) =>
  withClient(rig.directUrl, async (client) => (await client.query<Row>(statement)).rows);

const journal = () => query('select partition, "offset", id from read.events order by 1, 2');

/** The next start folds all of the log again. */
const forgetReadModels = () => query(TRUNCATE);

async function expectToStop(reason: RegExp): Promise<void> {
  await rig.startMissing('all', { untilReady: false });
  await expectComplaint(reason);
}

/** Said by one, and nobody ends over it. */
async function expectComplaint(reason: RegExp): Promise<void> {
  await eventually(async () => expect((await complaintsOf(rig)).join('\n')).toMatch(reason), { timeoutMs: 40_000 });
  expect((await fetch(`${rig.process('projector').url}/healthz`)).status).toBe(200);
}

async function expectRefused(reason: RegExp): Promise<void> {
  for (const role of casesOf(ROLES, ['projector'])) await expect(rig.startRole(role)).rejects.toThrow(reason);
}

async function restartPostgres(): Promise<void> {
  await rig.postmaster?.kill();
  await eventually(() => query('select 1'), { timeoutMs: 30_000, everyMs: 100 });
}

type KafkaAdmin = ReturnType<Kafka['admin']>;

async function withAdmin(work: (admin: KafkaAdmin, topic: string) => Promise<unknown>): Promise<void> {
  const { address = '', prefix = '' } = rig.topics ?? {};
  const admin = new Kafka({ brokers: [address], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    await work(admin, `${prefix}.events.v1`);
  } finally {
    await admin.disconnect();
  }
}

const makeTopicAnew = () =>
  withAdmin(async (admin, topic) => {
    await admin.deleteTopics({ topics: [topic] });
    const configEntries = [
      { name: 'retention.ms', value: '-1' },
      { name: 'max.message.bytes', value: '4194304' },
    ];
    await eventually(() => admin.createTopics({ topics: [{ topic, numPartitions: 12, configEntries }] }));
  });

/** As others would go on to write there: past everything that was read. */
async function growPast(count: number): Promise<void> {
  const { address = '', prefix = '' } = rig.topics ?? {};
  const producer = new Kafka({ brokers: [address], logLevel: logLevel.NOTHING }).producer({
    createPartitioner: Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  const messages = Array.from({ length: 12 * count }, (_, n) => ({ partition: n % 12, key: 'another', value: `${n}` }));
  await producer.send({ topic: `${prefix}.events.v1`, messages });
  await producer.disconnect();
}
