import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../../src/database/database.js';
import { openDatabase } from '../../../src/database/open-database.js';
import { eventIds, type EventId } from '../../../src/events/kernel/ids.js';
import { settleRows } from '../../../src/events/outbox/outbox-rows.js';
import { cloneDatabase, type ClonedDatabase } from '../../support/database.js';
import { eventually } from '../../support/eventually.js';
import { testLog } from '../../support/log.js';

const WORKSPACE = '00000000-0000-8000-8000-000000000001';
const ROWS = 300;

describe('settling outbox rows', () => {
  let clone: ClonedDatabase;
  let database: Database;
  /** Somebody else's connection. */
  let other: pg.Client;
  beforeEach(async () => {
    clone = await cloneDatabase();
    database = openDatabase(clone.url, testLog);
    other = new pg.Client({ connectionString: clone.url });
    await other.connect();
  });
  afterEach(async () => {
    await other.end();
    await database.close();
    await clone.drop();
  });

  /** Events 1 to `count` wait in the outbox; their idempotency keys sort the other way round. */
  const fill = (count: number) =>
    other.query(
      `with events as (
         select n, ('00000000-0000-8000-8000-' || lpad(n::text, 12, '0'))::uuid as id from generate_series(1, $1::int) n
       ), keys as (
         insert into work.idempotency_keys (workspace_id, key, request_hash, message_id, event_id, headers, value)
         select $2, 'key ' || lpad((99999 - n)::text, 5, '0'), 'hash', id, id, '{}', '' from events
       )
       insert into work.outbox (event_id, topic, key, headers, value) select id, 'events', 'key', '{}', '' from events`,
      [count, WORKSPACE],
    );
  const settlement = (n: number) => ({ eventId: idOf(n), position: { partition: 0, offset: BigInt(n) }, cursor: null });
  const settle = (numbers: readonly number[]) => settleRows(database.orm, numbers.map(settlement));
  /** Asked by a third connection: a transaction sees the activity of its first look. */
  const isWaiting = async () => {
    const { rowCount } = await database.pool.query(
      `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    return rowCount === 1;
  };
  const left = async () => {
    const { rows } = await other.query<{ waiting: bigint; unknown: bigint }>(
      `select (select count(*) from work.outbox) as waiting,
         (select count(*) from work.idempotency_keys where partition is null) as unknown`,
    );
    return rows[0];
  };

  it('takes keys as whoever inserts them takes them, and rows of the outbox after them', async () => {
    await fill(2);
    await other.query('begin');
    await other.query(`select 1 from work.idempotency_keys where event_id = $1 for update`, [uuidOf(2)]);
    const settling = settle([1, 2]);
    await eventually(async () => expect(await isWaiting()).toBe(true));
    const free = `select
      (select count(*) from (select 1 from work.outbox for update skip locked) o) as outbox,
      (select count(*) from (select 1 from work.idempotency_keys for update skip locked) k) as keys`;
    // Key 2 is our own, and sorts before key 1, which nobody has taken yet.
    expect((await other.query(free)).rows).toEqual([{ outbox: 2n, keys: 2n }]);
    // Whoever repeats both keys goes on: nobody waits in a circle.
    await other.query(`select 1 from work.idempotency_keys where event_id = $1 for update`, [uuidOf(1)]);
    await other.query('commit');
    await settling;
    expect(await left()).toEqual({ waiting: 0n, unknown: 0n });
  });

  it('lets a sweeper and a slow publisher settle the same rows without waiting in a circle', async () => {
    for (let round = 0; round < 6; round += 1) {
      await other.query('truncate work.outbox, work.idempotency_keys');
      await fill(ROWS);
      const all = Array.from({ length: ROWS }, (_, index) => index + 1);
      const odd = all.filter((n) => n % 2 === 1);
      await Promise.all([settle(all), settle(all.toReversed()), settle(odd.toReversed()), settle(all.slice(0, 20))]);
      expect(await left()).toEqual({ waiting: 0n, unknown: 0n });
    }
    // A session tells what it counted at its end at the latest.
    await database.close();
    const { rows } = await other.query('select deadlocks from pg_stat_database where datname = current_database()');
    expect(rows).toEqual([{ deadlocks: 0n }]);
  });

  it('keeps the first position of a key that was settled meanwhile', async () => {
    await fill(1);
    await settle([1]);
    await settleRows(database.orm, [{ ...settlement(1), position: { partition: 3, offset: 9n } }]);
    const { rows } = await other.query('select partition, "offset" from work.idempotency_keys');
    expect(rows).toEqual([{ partition: 0, offset: 1n }]);
  });
});

const uuidOf = (n: number) => `00000000-0000-8000-8000-${String(n).padStart(12, '0')}`;
const idOf = (n: number): EventId => eventIds.fromUuid(uuidOf(n));
