import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Database } from '../../../src/database/database.js';
import { openDatabase } from '../../../src/database/open-database.js';
import type { EventLog, Topic } from '../../../src/events/log/event-log.js';
import { openPostgresLog } from '../../../src/events/log/postgres/open-postgres-log.js';
import { deleteOldWebhooks } from '../../../src/events/log/postgres/retention.js';
import { cloneDatabase, type ClonedDatabase } from '../../support/database.js';
import { eventually } from '../../support/eventually.js';
import { testLog } from '../../support/log.js';

let clone: ClonedDatabase;
let database: Database;
let log: EventLog;
beforeEach(async () => {
  clone = await cloneDatabase();
  database = openDatabase(clone.url, testLog);
  log = await openPostgresLog({ database, log: testLog, partitions: 1 });
});
afterEach(async () => {
  await log.close();
  await database.close();
  await clone.drop();
});

const DAYS = 30;
const append = async (topic: Topic, count: number) => {
  const records = Array.from({ length: count }, () => ({ key: 'raw', headers: {}, value: Buffer.from('{}') }));
  await Promise.all(records.map((record) => log.append(topic, record)));
};
const ageTo = (days: number, below: number) =>
  database.pool.query(`update log.records set appended_at = now() - make_interval(days => $1) where "offset" < $2`, [
    days,
    below,
  ]);
const kept = async (topic: Topic) => {
  const found = await database.pool.query<{ offset: bigint }>(
    `select "offset" from log.records where topic = $1 order by 1`,
    [topic],
  );
  return found.rows.map((row) => Number(row.offset));
};
const sweep = () => deleteOldWebhooks({ pool: database.pool, positions: () => log.positions() }, DAYS);

/** Reads webhooks from the beginning up to this many, and is then held. */
async function readUpTo(count: number) {
  let read = 0;
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  const consumer = await log.consume({
    topic: 'webhooks',
    group: 'interpreter',
    startAt: () => Promise.resolve('beginning'),
    handle: (batch) => {
      if (read >= count) return held;
      read += batch.records.length;
      return Promise.resolve();
    },
  });
  await eventually(() => expect(log.positions()[0]?.nextOffset).toBe(BigInt(count)));
  return { consumer, release };
}

it('deletes what is older than asked for, over several pages, and goes on reading behind it', async () => {
  await append('webhooks', 1_300);
  await append('events', 10);
  const { consumer } = await readUpTo(1_300);
  await ageTo(DAYS + 1, 1_200);
  expect(await sweep()).toBe(1_200);
  expect(await kept('webhooks')).toEqual(Array.from({ length: 100 }, (_, index) => 1_200 + index));
  expect(await kept('events'), 'the record itself is never deleted').toHaveLength(10);
  expect(await log.heads('webhooks')).toEqual([1_300n]);
  await consumer.stop();
  const offsets: bigint[] = [];
  const again = await log.consume({
    topic: 'webhooks',
    group: 'interpreter',
    startAt: () => Promise.resolve([7n]),
    handle: ({ records }) => Promise.resolve(void offsets.push(...records.map(({ offset }) => offset))),
  });
  await eventually(() => expect(offsets).toHaveLength(100));
  await again.stop();
});

it('deletes nothing that is not read, however old, and nothing at all while nobody reads', async () => {
  await append('webhooks', 10);
  await ageTo(DAYS + 1, 10);
  expect(await sweep()).toBe(0);
  const { release } = await readUpTo(10);
  await append('webhooks', 5);
  await ageTo(DAYS + 1, 15);
  expect(await sweep()).toBe(10);
  expect(await kept('webhooks')).toEqual([10, 11, 12, 13, 14]);
  release();
});
