import { randomBytes } from 'node:crypto';
import { describe, inject, it } from 'vitest';

/** Of this test's own, on the run's Kafka, which others share. */
export const newTopicPrefix = (): string => `test-${randomBytes(6).toString('hex')}`;

/** `KAFKA_BROKERS` of the run's Kafka. Only within `describeOnKafka`. */
export function kafkaBrokers(): string {
  const kafka = inject('kafka');
  if ('missing' in kafka) throw new Error(`There is no Kafka: ${kafka.missing}.`);
  return kafka.brokers;
}

/** Whether a missing Kafka is a failure: `PARLEY_REQUIRE=kafka` says so. */
const isRequired = (process.env['PARLEY_REQUIRE'] ?? '').split(',').includes('kafka');

/** Tests that need Kafka. Where there is none they are skipped, which the run says aloud, unless it is required. */
export function describeOnKafka(name: string, tests: () => void): void {
  const kafka = inject('kafka');
  if (!('missing' in kafka)) describe(name, tests);
  else if (!isRequired) describe.skip(`${name} (skipped: ${kafka.missing})`, tests);
  else
    it(name, () => {
      throw new Error(`PARLEY_REQUIRE names kafka, and there is none: ${kafka.missing}.`);
    });
}
