import { expect, it } from 'vitest';
import { openDatabase } from '../../../src/database/open-database.js';
import { openPostgresLog } from '../../../src/events/log/postgres/open-postgres-log.js';
import { cloneDatabase } from '../../support/database.js';
import { eventually } from '../../support/eventually.js';
import { testLog } from '../../support/log.js';
import { collectWarnings } from '../../support/warnings.js';

const PARTITIONS = 12;

it('backs off in all partitions at once without what looks like a leak of listeners', async () => {
  const cloned = await cloneDatabase();
  const database = openDatabase(cloned.url, testLog);
  const log = await openPostgresLog({ database, log: testLog, partitions: PARTITIONS });
  const warnings = collectWarnings();
  const keys = Array.from({ length: 200 }, (_, n) => `k${n}`);
  for (const key of keys) await log.append('events', { key, headers: {}, value: Buffer.from('{}') });
  const failed = new Map<number, number>();
  const consumer = await log.consume({
    topic: 'events',
    group: 'test',
    startAt: () => Promise.resolve('beginning'),
    handle({ partition }) {
      failed.set(partition, (failed.get(partition) ?? 0) + 1);
      return Promise.reject(new Error('not today'));
    },
  });
  await eventually(() => {
    expect(failed.size).toBe(PARTITIONS);
    // From the fourth on a pause is 400 ms and more: all of them are in theirs.
    expect(Math.min(...failed.values())).toBeGreaterThanOrEqual(4);
  });
  await consumer.stop();
  await log.close();
  await database.close();
  await cloned.drop();
  warnings.stop();
  expect(warnings.names).toEqual([]);
});
