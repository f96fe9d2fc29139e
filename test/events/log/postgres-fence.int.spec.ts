import { expect, it } from 'vitest';
import { openDatabase } from '../../../src/database/open-database.js';
import { LogUnavailableError } from '../../../src/events/log/event-log.js';
import { openPostgresLog } from '../../../src/events/log/postgres/open-postgres-log.js';
import { collectRecords } from '../../support/collect-records.js';
import { cloneDatabase } from '../../support/database.js';
import { eventually } from '../../support/eventually.js';
import { testLog } from '../../support/log.js';
import { startPostgresProxy } from '../../support/postgres-proxy.js';

const record = (n: number) => ({ key: 'a', headers: { n: String(n) }, value: Buffer.from('{}') });

/** A network that delivers a refused flush late must not put it behind newer records of the same key. */
it('a flush that was given up is never committed later', { timeout: 40_000 }, async () => {
  const cloned = await cloneDatabase();
  const proxy = await startPostgresProxy(cloned.url);
  const database = openDatabase(proxy.url, testLog);
  const log = await openPostgresLog({ database, log: testLog, partitions: 2 });
  const hold = proxy.holdStatement(({ sql }) => sql.includes('insert into log.records'));
  const lost = log.append('events', record(1));
  await hold.reached;
  await expect(lost).rejects.toThrow(LogUnavailableError);
  await eventually(() => log.append('events', record(2)));
  hold.release();
  await log.append('events', record(3));
  const { records, stop } = await collectRecords(log, 'events');
  await eventually(() => expect(records.map((found) => found.headers['n'])).toEqual(['2', '3']));
  await stop();
  await log.close();
  await database.close();
  await proxy.close();
  await cloned.drop();
});
