import { randomBytes } from 'node:crypto';
import { Kafka, logLevel, type Admin } from 'kafkajs';
import { describe, inject, it } from 'vitest';
import { whyNoBroker } from '../../kafka/broker.mjs';

/** Of this test's own, on the run's Kafka, which others share. */
export const newTopicPrefix = (): string => `test-${randomBytes(6).toString('hex')}`;

/** `KAFKA_BROKERS` of the run's Kafka. Only within `describeOnKafka`. */
export function kafkaBrokers(): string {
  const kafka = inject('kafka');
  if ('missing' in kafka) throw new Error(`There is no Kafka: ${kafka.missing}.`);
  return kafka.brokers;
}

/** Removes the topics of this prefix: a broker that holds those of a whole run gets slow. */
export const deleteTopics = (prefix: string): Promise<void> =>
  withAdmin(async (admin) => {
    const topics = await topicsOf(admin, prefix);
    if (topics.length > 0) await admin.deleteTopics({ topics });
  });

/** How many records were ever appended to the topics of this prefix. */
export const countRecords = (prefix: string): Promise<bigint> =>
  withAdmin(async (admin) => {
    const topics = await topicsOf(admin, prefix);
    const partitions = await Promise.all(topics.map((topic) => admin.fetchTopicOffsets(topic)));
    return partitions.flat().reduce((sum, { high }) => sum + BigInt(high), 0n);
  });

const topicsOf = async (admin: Admin, prefix: string) =>
  (await admin.listTopics()).filter((topic) => topic.startsWith(`${prefix}.`));

async function withAdmin<Result>(use: (admin: Admin) => Promise<Result>): Promise<Result> {
  const admin = new Kafka({ brokers: kafkaBrokers().split(','), logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    return await use(admin);
  } finally {
    await admin.disconnect();
  }
}

/** Whether a missing Kafka is a failure: `PARLEY_REQUIRE=kafka` says so. */
const isRequired = (process.env['PARLEY_REQUIRE'] ?? '').split(',').includes('kafka');

/** Tests that need Kafka. Where there is none they are skipped, which the run says aloud, unless it is required. */
export function describeOnKafka(name: string, tests: () => void): void {
  const kafka = inject('kafka');
  describeUnless('missing' in kafka ? kafka.missing : undefined, name, tests);
}

/** The same for tests that start a broker of their own, which a Kafka that is given does not make possible. */
export const describeOnOwnKafka = (name: string, tests: () => void): void => describeUnless(whyNoBroker(), name, tests);

function describeUnless(missing: string | undefined, name: string, tests: () => void): void {
  if (missing === undefined) describe(name, tests);
  else if (!isRequired) describe.skip(`${name} (skipped: ${missing})`, tests);
  else
    it(name, () => {
      throw new Error(`PARLEY_REQUIRE names kafka, and there is none: ${missing}.`);
    });
}
