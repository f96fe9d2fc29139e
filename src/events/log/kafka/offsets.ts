import type { Admin } from 'kafkajs';
import { boundedBy } from '../../../lifecycle.js';
import { LogUnavailableError } from '../event-log.js';
import type { KeptRange } from '../start-positions.js';
import { toUnavailable } from './faults.js';

/** Those who wait for the answer are told within 5 s. */
const ANSWER_WITHIN_MS = 3_500;

/**
 * What the topic keeps of each partition, in their order.
 * @throws LogUnavailableError Kafka doesn't answer within 3.5 s, or not for all of them
 */
export async function readKeptRanges(
  admin: Admin,
  topicName: string,
  partitions: number,
): Promise<readonly KeptRange[]> {
  const found = await answerOf(() => admin.fetchTopicOffsets(topicName));
  const ranges = new Map(
    found.map(({ partition, low, high }) => [partition, { first: BigInt(low), head: BigInt(high) }]),
  );
  return Array.from({ length: partitions }, (_, partition) => {
    const range = ranges.get(partition);
    if (range === undefined) throw new LogUnavailableError(`Kafka does not tell of partition ${partition}.`);
    return range;
  });
}

/**
 * Names the log: the same topic of another cluster is another log. kafkajs tells the cluster's name only with a look at
 * all its topics, and can't while any of them, whosever it is, has no leader.
 * @throws LogUnavailableError
 */
export async function logIdOf(admin: Admin, topicName: string): Promise<string> {
  const { clusterId } = await answerOf(() => admin.describeCluster());
  return `${clusterId}/${topicName}`;
}

async function answerOf<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await boundedBy(ANSWER_WITHIN_MS, () => new LogUnavailableError('Kafka does not answer in time.'), ask);
  } catch (error) {
    throw toUnavailable(error);
  }
}
