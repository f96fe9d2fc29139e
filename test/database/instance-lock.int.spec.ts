import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { InstanceLockedError, takeInstanceLock } from '../../src/database/instance-lock.js';
import { cloneDatabase, type ClonedDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { startPostgresProxy, type PostgresProxy } from '../support/postgres-proxy.js';

let cloned: ClonedDatabase;
let proxy: PostgresProxy;

beforeAll(async () => {
  cloned = await cloneDatabase();
  proxy = await startPostgresProxy(cloned.url);
});
afterAll(async () => {
  await proxy.close();
  await cloned.drop();
});

it('lets one process in, and tells the second how to run several', async () => {
  const first = await takeInstanceLock(cloned.url);
  await expect(takeInstanceLock(cloned.url)).rejects.toThrow(/KAFKA_BROKERS/);
  await first.stop();
  const second = await takeInstanceLock(cloned.url);
  await second.stop();
});

it('takes the lock again after a lost connection', async () => {
  const taken: unknown[] = [];
  const first = await takeInstanceLock(proxy.url, { onTaken: (error) => taken.push(error) });
  const before = await holders();
  proxy.cut();
  proxy.heal();
  await eventually(async () => {
    const after = await holders();
    expect(after).toHaveLength(1);
    expect(after).not.toEqual(before);
  });
  expect(taken).toEqual([]);
  await first.stop();
  await eventually(async () => expect(await holders()).toEqual([]));
});

it('says so when another process took it meanwhile', async () => {
  const taken: unknown[] = [];
  const first = await takeInstanceLock(proxy.url, { onTaken: (error) => taken.push(error) });
  proxy.cut();
  const second = await eventually(() => takeInstanceLock(cloned.url));
  proxy.heal();
  await eventually(() => expect(taken).toEqual([expect.any(InstanceLockedError)]));
  await first.stop();
  await second.stop();
});

/** The backends that hold an advisory lock in this test's database. */
async function holders(): Promise<readonly unknown[]> {
  const client = new pg.Client({ connectionString: cloned.url });
  await client.connect();
  const found = await client.query<{ pid: number }>(`
    select l.pid from pg_locks l join pg_database d on d.oid = l.database
    where l.locktype = 'advisory' and l.granted and d.datname = current_database()`);
  await client.end();
  return found.rows;
}
