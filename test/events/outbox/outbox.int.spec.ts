import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../../src/database/database.js';
import { openDatabase } from '../../../src/database/open-database.js';
import type { ParleyEvent } from '../../../src/events/catalog.js';
import { LogUnavailableError, type EventLog } from '../../../src/events/log/event-log.js';
import { openPostgresLog } from '../../../src/events/log/postgres/open-postgres-log.js';
import { createOutbox } from '../../../src/events/outbox/create-outbox.js';
import type { Outbox } from '../../../src/events/outbox/outbox.js';
import type { Running } from '../../../src/lifecycle.js';
import { cloneDatabase, type ClonedDatabase } from '../../support/database.js';
import { acceptedData, event } from '../../support/events.js';
import { eventually } from '../../support/eventually.js';
import { testLog } from '../../support/log.js';

describe('the outbox', () => {
  let clone: ClonedDatabase;
  let database: Database;
  let log: EventLog;
  let outbox: Outbox & Running;
  let isCut = false;
  beforeEach(async () => {
    isCut = false;
    clone = await cloneDatabase();
    database = openDatabase(clone.url, testLog);
    const real = await openPostgresLog({ database, log: testLog, partitions: 4 });
    log = {
      ...real,
      append: (...args) => (isCut ? Promise.reject(new LogUnavailableError('cut')) : real.append(...args)),
      heads: (topic) => (isCut ? Promise.reject(new LogUnavailableError('cut')) : real.heads(topic)),
    };
    outbox = createOutbox({ database, log, fingerprint: randomBytes(8).toString('hex'), logger: testLog });
  });
  afterEach(async () => {
    await outbox.stop();
    await log.close();
    await database.close();
    await clone.drop();
  });

  const enqueue = (events: readonly ParleyEvent[]) => database.transaction((tx) => outbox.enqueue(tx, events));
  const accepted = (n: number, thread = 1) =>
    event({ type: 'message.accepted', n, message: n, thread, data: acceptedData(1, `text ${n}`) });
  const waiting = async () => (await database.pool.query('select 1 from work.outbox')).rowCount;
  const appended = async () =>
    (
      await database.pool.query<{ id: string; partition: number }>(
        `select headers->>'ce_id' as id, partition from log.records order by partition, "offset"`,
      )
    ).rows.map(({ id }) => id);
  const age = () => database.pool.query(`update work.outbox set created_at = created_at - interval '10 seconds'`);

  it('commits a row with its event, appends it, and forgets it after the ack (rule 3)', async () => {
    const events = [accepted(1), accepted(2)];
    await enqueue(events);
    expect(await waiting()).toBe(2);
    expect(await outbox.publish(events)).toHaveLength(2);
    expect(await appended()).toEqual(events.map(({ id }) => id));
    await eventually(async () => expect(await waiting()).toBe(0));
  });

  it('leaves nothing behind when its transaction is undone (rule 3)', async () => {
    const undone = database.transaction(async (tx) => {
      await outbox.enqueue(tx, [accepted(1)]);
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');
    expect(await waiting()).toBe(0);
  });

  it('sweeps what nobody appended, in the order in which it was written, under the same ids (rule 3)', async () => {
    const events = Array.from({ length: 30 }, (_, n) => accepted(n + 1));
    for (const one of events) await enqueue([one]);
    await age();
    await eventually(async () => expect(await waiting()).toBe(0));
    expect(await appended()).toEqual(events.map(({ id }) => id));
  });

  it('keeps the rows of a failed publish, and appends them when the log is back (rule 3)', async () => {
    const events = [accepted(1)];
    await enqueue(events);
    isCut = true;
    await expect(outbox.publish(events)).rejects.toBeInstanceOf(LogUnavailableError);
    expect(await waiting()).toBe(1);
    isCut = false;
    await age();
    await eventually(async () => expect(await waiting()).toBe(0));
    expect(await appended()).toEqual(events.map(({ id }) => id));
  });

  it('takes nothing new while the log is known to be away, and opens again by itself (rule 3)', async () => {
    isCut = true;
    await expect(outbox.append(accepted(1))).rejects.toBeInstanceOf(LogUnavailableError);
    await expect(enqueue([accepted(2)])).rejects.toBeInstanceOf(LogUnavailableError);
    expect(await waiting()).toBe(0);
    isCut = false;
    await eventually(() => enqueue([accepted(2)]));
  });

  it('leaves young rows to whoever wrote them', async () => {
    await enqueue([accepted(1)]);
    await enqueue([accepted(2)]);
    await database.pool.query(
      `update work.outbox set created_at = created_at - interval '10 seconds' where event_id = (select min(event_id::text)::uuid from work.outbox)`,
    );
    await eventually(async () => expect(await waiting()).toBe(1));
    expect(await appended()).toEqual([accepted(1).id]);
  });

  it('sweeps an event in the trace that it was made in', async () => {
    const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    await enqueue([{ ...accepted(1), trace: { traceparent } }, accepted(2)]);
    await age();
    await eventually(async () => expect(await waiting()).toBe(0));
    const { rows } = await database.pool.query<{ id: string; trace: string | null }>(
      `select headers->>'ce_id' as id, headers->>'traceparent' as trace from log.records order by 1`,
    );
    expect(rows).toEqual([
      { id: accepted(1).id, trace: traceparent },
      { id: accepted(2).id, trace: null },
    ]);
  });

  it('writes positions into the rows of idempotency keys, the sweeper too (rule 3)', async () => {
    const [one] = [accepted(1)];
    await enqueue([one]);
    await database.pool.query(
      `insert into work.idempotency_keys (workspace_id, key, request_hash, message_id, event_id, headers, value)
       select gen_random_uuid(), 'key', '', gen_random_uuid(), event_id, headers, value from work.outbox`,
    );
    await age();
    await eventually(async () => {
      const { rows } = await database.pool.query(`select partition, "offset" from work.idempotency_keys`);
      expect(rows).toEqual([{ partition: log.partitionOf(one.conversationId ?? ''), offset: 0n }]);
    });
  });
});
