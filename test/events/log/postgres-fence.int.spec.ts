import { sql } from 'drizzle-orm';
import { expect, it } from 'vitest';
import { openDatabase } from '../../../src/database/open-database.js';
import { LogUnavailableError } from '../../../src/events/log/event-log.js';
import { openPostgresLog } from '../../../src/events/log/postgres/open-postgres-log.js';
import { collectRecords } from '../../support/collect-records.js';
import { cloneDatabase } from '../../support/database.js';
import { eventually } from '../../support/eventually.js';
import { testLog } from '../../support/log.js';

const record = (n: number) => ({ key: 'a', headers: { n: String(n) }, value: Buffer.from('{}') });

/**
 * A flush that waits for a lock goes on waiting after we gave it up and hung up: Postgres looks at the socket only when
 * it answers. It would then be committed in front of, or behind, whatever came later.
 */
it('a flush that was given up is never committed later', { timeout: 40_000 }, async () => {
  const cloned = await cloneDatabase();
  const [database, other] = [openDatabase(cloned.url, testLog), openDatabase(cloned.url, testLog)];
  const log = await openPostgresLog({ database, log: testLog, partitions: 2 });
  const waitingFlush = (except: number) =>
    eventually(async () => {
      const found = await other.orm.execute<{ pid: number }>(sql`
        select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
          and query like '%insert into log.records%' and pid <> ${except}`);
      const [row] = found.rows;
      if (row === undefined) throw new Error('No flush waits for a lock.');
      return row.pid;
    });

  let second: Promise<unknown> | undefined;
  await other.transaction(async (tx) => {
    await tx.execute(sql`select 1 from log.partitions for update`);
    const first = log.append('events', record(1));
    const lost = await waitingFlush(0);
    await expect(first).rejects.toThrow(LogUnavailableError);
    second = log.append('events', record(2));
    await waitingFlush(lost);
  });
  await second;
  const { records, stop } = await collectRecords(log, 'events');
  await log.append('events', record(3));
  await eventually(() => expect(records.map((found) => found.headers['n'])).toEqual(['2', '3']));
  await stop();
  await log.close();
  await database.close();
  await other.close();
  await cloned.drop();
});
