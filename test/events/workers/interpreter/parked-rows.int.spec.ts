import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../../../src/database/database.js';
import { openDatabase } from '../../../../src/database/open-database.js';
import { rawWebhookIds, type EventId } from '../../../../src/events/kernel/ids.js';
import {
  dueReceipts,
  parkReceipts,
  putOff,
  removeParked,
  type ParkedReceipt,
} from '../../../../src/events/workers/interpreter/parked-rows.js';
import type { Receipt } from '../../../../src/events/workers/interpreter/receipt.js';
import { cloneDatabase, type ClonedDatabase } from '../../../support/database.js';
import { channelId, eventId, workspaceId } from '../../../support/events.js';
import { eventually } from '../../../support/eventually.js';
import { testLog } from '../../../support/log.js';

const NOW = new Date('2026-01-01T00:00:00.000Z');
const LATER = new Date(NOW.getTime() + 60_000);

describe('parked receipts that several interpreters try at once', () => {
  let clone: ClonedDatabase;
  let database: Database;
  /** Another interpreter's connection. */
  let other: pg.Client;
  beforeEach(async () => {
    clone = await cloneDatabase();
    database = openDatabase(clone.url, testLog);
    other = new pg.Client({ connectionString: clone.url });
    await other.connect();
    // The last id first: in the order of the table they would be taken the other way round.
    for (const n of [3, 2, 1]) await database.transaction((tx) => parkReceipts(tx, [receipt(n)], NOW));
  });
  afterEach(async () => {
    await other.end();
    await database.close();
    await clone.drop();
  });

  const isWaiting = async () => {
    const { rowCount } = await database.pool.query(
      `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    return rowCount === 1;
  };
  const due = () => dueReceipts(database.orm, LATER);
  const idsOf = (parked: readonly ParkedReceipt[]): EventId[] => parked.map((one) => one.receipt.eventId);

  it.each([
    ['put off', (parked: readonly ParkedReceipt[]) => putOff(database.orm, parked, LATER)],
    ['removed', (parked: readonly ParkedReceipt[]) => removeParked(database.orm, idsOf(parked))],
  ])('are %s in one order, so that nobody waits in a circle', async (_what, change) => {
    const parked = await due();
    await other.query('begin');
    await other.query('select 1 from work.parked_receipts order by event_id limit 1 for update');
    const changing = change(parked.toReversed());
    await eventually(async () => expect(await isWaiting()).toBe(true));
    const free = await other.query('select 1 from work.parked_receipts for update skip locked');
    expect(free.rowCount).toBe(3);
    await other.query('commit');
    await changing;
    expect(await due()).toEqual([]);
  });

  it('have been tried once where all of them tried at the same time', async () => {
    const parked = await due();
    await putOff(database.orm, parked, NOW);
    await putOff(database.orm, parked, NOW);
    expect((await due()).map(({ tries }) => tries)).toEqual([1, 1, 1]);
  });
});

const receipt = (n: number): Receipt => ({
  eventId: eventId(n),
  channelId: channelId(),
  workspaceId: workspaceId(),
  providerMessageId: `out-${n}`,
  rawWebhookId: rawWebhookIds.fromUuid(`00000000-0000-8000-8000-00000000000${n}`),
  facts: { status: 'delivered', occurredAt: NOW.toISOString() },
});
