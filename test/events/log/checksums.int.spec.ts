import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Database } from '../../../src/database/database.js';
import { openDatabase } from '../../../src/database/open-database.js';
import { CHECKSUM_HEADER, withChecksums } from '../../../src/events/log/checksums.js';
import { FatalConsumerError, type EventLog, type RecordBatch, type Topic } from '../../../src/events/log/event-log.js';
import { openPostgresLog } from '../../../src/events/log/postgres/open-postgres-log.js';
import { cloneDatabase, type ClonedDatabase } from '../../support/database.js';
import { eventually } from '../../support/eventually.js';
import { testLog } from '../../support/log.js';

// F36: what was changed where it lies is never handed over, nor what stands behind it; what stands before it is.

let clone: ClonedDatabase;
let database: Database;
let bare: EventLog;
let log: EventLog;
beforeEach(async () => {
  clone = await cloneDatabase();
  database = openDatabase(clone.url, testLog);
  bare = await openPostgresLog({ database, log: testLog, partitions: 1 });
  log = withChecksums(bare);
});
afterEach(async () => {
  await bare.close();
  await database.close();
  await clone.drop();
});

const record = (n: number) => ({
  ...{ key: `k${n}`, headers: { n: String(n), said: 'halb \ud800' }, value: Buffer.from(`{"n":${n},"said":"ü"}`) },
});

async function read(topic: Topic, expected: number) {
  const seen: RecordBatch[] = [];
  const handle = (batch: RecordBatch) => Promise.resolve(void seen.push(batch));
  const consumer = await log.consume({ topic, group: 'test', startAt: () => Promise.resolve('beginning'), handle });
  const numbers = () => seen.flatMap(({ records }) => records.map(({ headers }) => Number(headers['n'])));
  await eventually(() => expect(numbers()).toHaveLength(expected));
  return { consumer, seen, numbers };
}

const change = (what: string, offset: number) =>
  database.pool.query(`update log.records set ${what} where "offset" = $1`, [offset]);

it.each(['events', 'webhooks'] as const)(
  'hands sound records of %s over, and those that have no sum',
  async (topic) => {
    for (let n = 0; n < 3; n += 1) await log.append(topic, record(n));
    await bare.append(topic, record(3));
    const { consumer, numbers } = await read(topic, 4);
    expect(numbers()).toEqual([0, 1, 2, 3]);
    await consumer.stop();
  },
);

it.each([
  ['a bit of the value', 'events', `value = set_bit(value, 37, 1 - get_bit(value, 37))`],
  ['the key', 'events', `key = key || 'x'`],
  ['a header of a webhook', 'webhooks', `headers = headers || '{"said":"x"}'`],
  ['the sum itself', 'events', `headers = headers || '{"${CHECKSUM_HEADER}":"00000000"}'`],
] as const)('stops before a record when %s was changed', async (_what, topic, how) => {
  for (let n = 0; n < 4; n += 1) await log.append(topic, record(n));
  await change(how, 2);
  const { consumer, seen, numbers } = await read(topic, 2);
  await expect(consumer.closed).rejects.toThrow(FatalConsumerError);
  await expect(consumer.closed).rejects.toThrow(/damaged at offset 2.*docs\/backup\.md/);
  expect(numbers()).toEqual([0, 1]);
  expect(seen.at(-1)?.nextOffset).toBe(2n);
});

it('passes a tombstone over, though it has the headers of what it erased', async () => {
  for (let n = 0; n < 3; n += 1) await log.append('webhooks', record(n));
  await change('value = null', 1);
  const { consumer, numbers } = await read('webhooks', 3);
  expect(numbers()).toEqual([0, 1, 2]);
  await consumer.stop();
});
