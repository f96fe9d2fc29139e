import type { Place } from '../compared-path.js';
import { openLog } from './open-log.js';
import { rawKafka } from './raw-kafka.js';

export const eventsTopic = ({ topicPrefix }: Place) => `${topicPrefix}.events.v1`;
const webhooksTopic = ({ topicPrefix }: Place) => `${topicPrefix}.webhooks.v1`;

/** As the product makes them, whichever side writes to them. */
export async function makeTopics(place: Place): Promise<void> {
  const log = await openLog(place);
  await log.close();
}

/** Those that came to be: several gigabytes after a long run. */
export async function deleteTopics(place: Place): Promise<void> {
  const admin = rawKafka(place).admin();
  await admin.connect();
  try {
    const made = await admin.listTopics();
    await admin.deleteTopics({
      topics: [eventsTopic(place), webhooksTopic(place)].filter((name) => made.includes(name)),
    });
  } finally {
    await admin.disconnect();
  }
}
