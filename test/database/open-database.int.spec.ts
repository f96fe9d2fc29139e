import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../src/database/database.js';
import { isDatabaseAway, sqlStateOf } from '../../src/database/errors.js';
import { migrate } from '../../src/database/migrate.js';
import { openDatabase } from '../../src/database/open-database.js';
import { cloneDatabase, type ClonedDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { testLog } from '../support/log.js';
import { startPostgresProxy, type PostgresProxy } from '../support/postgres-proxy.js';

let cloned: ClonedDatabase;
let proxy: PostgresProxy;
let database: Database;
/** Past the proxy: what a test does while `database` is cut off. */
let direct: Database;

beforeAll(async () => {
  cloned = await cloneDatabase();
  proxy = await startPostgresProxy(cloned.url);
  database = openDatabase(proxy.url, testLog, { poolMax: 2 });
  direct = openDatabase(cloned.url, testLog);
});

afterAll(async () => {
  await database.close();
  await direct.close();
  await proxy.close();
  await cloned.drop();
});

const failureOf = async (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('migrations', () => {
  it('have made the four schemas, and applying them again, by two at once, changes nothing', async () => {
    const schemas = () =>
      direct.orm.execute<{ name: string; tables: bigint }>(sql`
        select table_schema as name, count(*) as tables from information_schema.tables
        where table_schema in ('config', 'log', 'read', 'work') group by 1 order by 1`);
    const before = (await schemas()).rows;
    await Promise.all([migrate(cloned.url), migrate(cloned.url)]);
    expect(before.map((row) => row.name)).toEqual(['config', 'log', 'read', 'work']);
    expect((await schemas()).rows).toEqual(before);
  });
});

describe('transactions', () => {
  const names = async () =>
    (await direct.orm.execute<{ consumer: string }>(sql`select consumer from work.positions order by 1`)).rows;
  const insert = (consumer: string) =>
    sql`insert into work.positions (consumer, topic, partition, next_offset) values (${consumer}, 'events', 0, 1)`;

  it('commit what the work did, or nothing of it', async () => {
    await database.transaction((tx) => tx.execute(insert('kept')));
    const failed = database.transaction(async (tx) => {
      await tx.execute(insert('undone'));
      throw new Error('refused');
    });
    await expect(failed).rejects.toThrow('refused');
    expect(await names()).toEqual([{ consumer: 'kept' }]);
  });

  it('tell the code of what Postgres refused', async () => {
    const error = await failureOf(database.transaction((tx) => tx.execute(insert('kept'))));
    expect(sqlStateOf(error)).toBe('23505');
    expect(isDatabaseAway(error)).toBe(false);
  });

  it('of a process that stands still let go of their locks, undone, and say so as of a lost connection', async () => {
    const shown = await database.orm.execute(sql`show idle_in_transaction_session_timeout`);
    expect(shown.rows).toEqual([{ idle_in_transaction_session_timeout: '10s' }]);
    const error = await failureOf(
      database.transaction(async (tx) => {
        await tx.execute(sql`set local idle_in_transaction_session_timeout = 50`);
        await tx.execute(insert('stood still'));
        // Waits for the first one's row, and gets through when that has been undone.
        await direct.orm.execute(insert('stood still'));
        await tx.execute(sql`select 1`);
      }),
    );
    expect(isDatabaseAway(error)).toBe(true);
    expect(await names()).toContainEqual({ consumer: 'stood still' });
  });

  it('let go of their locks also where half a statement was sent', async () => {
    const shown = await database.transaction((tx) => tx.execute(sql`show transaction_timeout`));
    expect(shown.rows).toEqual([{ transaction_timeout: '30s' }]);
    const error = await failureOf(
      database.transaction(async (tx) => {
        await tx.execute(insert('half sent'));
        // Off first: a timer that runs keeps its time.
        await tx.execute(sql`set local transaction_timeout = 0`);
        await tx.execute(sql`set local transaction_timeout = 1000`);
        const hold = proxy.holdStatement(({ sql: text }) => text.includes('the rest is missing'));
        const asked = failureOf(tx.execute(sql`select 1 as "the rest is missing" where ${true}`));
        await hold.reached;
        await direct.orm.execute(insert('half sent'));
        hold.release();
        throw await asked;
      }),
    );
    expect(isDatabaseAway(error)).toBe(true);
    expect(await names()).toContainEqual({ consumer: 'half sent' });
  });

  it('wait for the disk unless told otherwise, and only in that transaction', async () => {
    const setting = (isDurable: boolean) =>
      database.transaction((tx) => tx.execute(sql`show synchronous_commit`), { isDurable });
    expect((await setting(false)).rows).toEqual([{ synchronous_commit: 'off' }]);
    expect((await setting(true)).rows).toEqual([{ synchronous_commit: 'on' }]);
  });

  it('answer whole 64-bit numbers', async () => {
    const found = await database.orm.execute(sql`select 9007199254740993::int8 as large`);
    expect(found.rows).toEqual([{ large: 9007199254740993n }]);
  });
});

describe('Postgres going away', () => {
  it('is told from a refusal, leaks no connection, and ends by itself', async () => {
    let reached: () => void = () => undefined;
    const inside = new Promise<void>((resolve) => (reached = resolve));
    let goOn: () => void = () => undefined;
    const mayGoOn = new Promise<void>((resolve) => (goOn = resolve));
    const interrupted = failureOf(
      database.transaction(async (tx) => {
        await tx.execute(sql`select 1`);
        reached();
        await mayGoOn;
        await tx.execute(sql`select 2`);
      }),
    );
    await inside;
    proxy.cut();
    goOn();
    expect(isDatabaseAway(await interrupted)).toBe(true);
    // More than the pool has: each must give back what it took.
    for (let tries = 0; tries < 5; tries += 1) {
      expect(isDatabaseAway(await failureOf(database.transaction((tx) => tx.execute(sql`select 1`))))).toBe(true);
    }
    proxy.heal();
    await eventually(() => database.transaction((tx) => tx.execute(sql`select 1`)));
  });

  it('is not waited for twice: a connection that did not answer is not asked to roll back', async () => {
    const rollback = proxy.holdStatement((statement) => /^rollback/i.test(statement.sql));
    const unanswered = new Error('Failed query', { cause: new Error('Query read timeout') });
    expect(await failureOf(database.transaction(() => Promise.reject(unanswered)))).toBe(unanswered);
    rollback.release();
    await database.transaction((tx) => tx.execute(sql`select 1`));
  });
});

describe('wakes', () => {
  it('come with their payload, on their own channel', async () => {
    const heard: string[] = [];
    const stops = [
      database.onWake('parley_channels', (payload) => heard.push(`channels ${payload}`)),
      database.onWake('parley_parked', (payload) => heard.push(`parked ${payload}`)),
    ];
    await eventually(async () => {
      await direct.orm.execute(sql`select pg_notify('parley_parked', 'chan_1')`);
      expect(heard).toContain('parked chan_1');
    });
    expect(heard).not.toContain('channels chan_1');
    for (const stop of stops) stop();
  });

  it('come once after a reconnect, for what was missed', async () => {
    const heard: string[] = [];
    const stop = database.onWake('parley_journal', (payload) => heard.push(payload));
    await eventually(async () => {
      await direct.orm.execute(sql`select pg_notify('parley_journal', 'before')`);
      expect(heard).toContain('before');
    });
    proxy.cut();
    heard.length = 0;
    await direct.orm.execute(sql`select pg_notify('parley_journal', 'missed')`);
    proxy.heal();
    await eventually(() => expect(heard).toContain(''));
    await eventually(async () => {
      await direct.orm.execute(sql`select pg_notify('parley_journal', 'after')`);
      expect(heard).toContain('after');
    });
    stop();
    heard.length = 0;
    await direct.orm.execute(sql`select pg_notify('parley_journal', 'ended')`);
    expect(heard).toEqual([]);
  });
});
