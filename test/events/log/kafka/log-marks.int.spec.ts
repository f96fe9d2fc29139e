import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Database } from '../../../../src/database/database.js';
import { openDatabase } from '../../../../src/database/open-database.js';
import { withChecksums } from '../../../../src/events/log/checksums.js';
import { PositionOutOfRangeError, type RecordBatch } from '../../../../src/events/log/event-log.js';
import { guardMarks, keepMarks, OtherPastError } from '../../../../src/events/log/log-marks.js';
import { loadInstanceSecret } from '../../../../src/secrets/instance-secret.js';
import { createSecretBox } from '../../../../src/secrets/secret-box.js';
import { cloneDatabase, type ClonedDatabase } from '../../../support/database.js';
import { eventually } from '../../../support/eventually.js';
import { describeOnKafka } from '../../../support/kafka.js';
import { testLog } from '../../../support/log.js';
import { forgetBelow, openLogRig, type LogRig } from './log-rig.js';

const PARTITIONS = 3;
const COUNT = 30;

describeOnKafka('marks of what was read (F36)', () => {
  let clone: ClonedDatabase;
  let database: Database;
  let rig: LogRig;
  beforeEach(async () => {
    [clone, rig] = await Promise.all([cloneDatabase(), openLogRig(PARTITIONS)]);
    database = openDatabase(clone.url, testLog);
    await loadInstanceSecret(database, createSecretBox(randomBytes(32)));
    await fill('first', COUNT);
    await readAll();
  });
  afterEach(async () => {
    await rig.close();
    await database.close();
    await clone.drop();
  });

  const fill = (what: string, count: number) =>
    Promise.all(
      Array.from({ length: count }, (_, n) =>
        rig.log.append('events', { key: `k${n}`, headers: {}, value: Buffer.from(`${what} ${n}`) }),
      ),
    );

  /** As a process does that runs for a while, and stops. */
  async function readAll() {
    const log = keepMarks(withChecksums(rig.log), database, testLog);
    const seen: RecordBatch[] = [];
    const consumer = await log.consume({
      ...{ topic: 'events', group: 'projector', startAt: () => Promise.resolve('beginning') },
      handle: (batch) => Promise.resolve(void seen.push(batch)),
    });
    await eventually(() => expect(seen.flatMap(({ records }) => records)).toHaveLength(COUNT));
    await consumer.stop();
    await log.stop();
  }

  /** Whoever opens the log makes it again. */
  const deleteTopic = () => rig.withAdmin((admin) => admin.deleteTopics({ topics: [rig.topicName('events')] }));

  it('knows the log again, also when it grew', async () => {
    await guardMarks(database, rig.log);
    await fill('second', COUNT);
    await guardMarks(database, rig.log);
  });

  it('refuses a topic that was made anew, whether it is behind what was read or has grown past it', async () => {
    await deleteTopic();
    const other = await rig.reopen();
    await expect(guardMarks(database, other)).rejects.toThrow(OtherPastError);
    for (let round = 0; round < 2; round += 1)
      await Promise.all(
        Array.from({ length: 2 * COUNT }, (_, n) =>
          other.append('events', { key: `k${n}`, headers: {}, value: Buffer.from('other') }),
        ),
      );
    await expect(guardMarks(database, other)).rejects.toThrow(/made anew.*PARLEY_TOPIC_PREFIX/);
  });

  it('refuses a log of which retention took what was read', async () => {
    const heads = await rig.log.heads('events');
    await fill('second', COUNT);
    for (const [partition, head] of heads.entries()) await forgetBelow(rig, 'events', partition, head);
    await expect(guardMarks(database, rig.log)).rejects.toThrow(PositionOutOfRangeError);
  });
});
