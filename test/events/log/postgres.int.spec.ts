import { sql } from 'drizzle-orm';
import { openDatabase } from '../../../src/database/open-database.js';
import type { EventLog } from '../../../src/events/log/event-log.js';
import { openPostgresLog } from '../../../src/events/log/postgres/open-postgres-log.js';
import { CONTRACT_PARTITIONS, eventLogContract, type LogUnderTest } from '../../contracts/event-log.contract.js';
import { cloneDatabase } from '../../support/database.js';
import { testLog } from '../../support/log.js';
import { startPostgresProxy } from '../../support/postgres-proxy.js';

eventLogContract('postgres', openLogUnderTest);

const LOOK_BACK_EVERY_MS = 500;

async function openLogUnderTest(): Promise<LogUnderTest> {
  const cloned = await cloneDatabase();
  const proxy = await startPostgresProxy(cloned.url);
  const database = openDatabase(proxy.url, testLog);
  const other = openDatabase(cloned.url, testLog);
  const log = await openPostgresLog({
    ...{ database, log: testLog, partitions: CONTRACT_PARTITIONS },
    lookBackEveryMs: LOOK_BACK_EVERY_MS,
  });
  const opened: EventLog[] = [log];
  return {
    log,
    async reopen(partitions = CONTRACT_PARTITIONS) {
      const again = await openPostgresLog({ database: other, log: testLog, partitions });
      opened.push(again);
      return again;
    },
    cut: () => proxy.cut(),
    heal: () => proxy.heal(),
    async forgetBelow(topic, partition, offset) {
      await other.orm.execute(
        sql`delete from log.records where topic = ${topic} and partition = ${partition} and "offset" < ${offset}`,
      );
    },
    async close() {
      proxy.heal();
      for (const one of opened) await one.close();
      await database.close();
      await other.close();
      await proxy.close();
      await cloned.drop();
    },
  };
}
