import { expect } from 'vitest';
import pg from 'pg';
import pino from 'pino';
import { openDatabase } from '../../src/database/open-database.js';
import { systemClock } from '../../src/events/kernel/clock.js';
import { openPostgresLog } from '../../src/events/log/postgres/open-postgres-log.js';
import { createProjector } from '../../src/events/projections/projector.js';
import { readModelDigests } from '../support/digests.js';
import { eventually } from '../support/eventually.js';
import type { Rig } from './rig.js';

/** The five checks after each fault. The process is ready again; this stops it. */
export async function checkEverything(rig: Rig): Promise<void> {
  await rig.repeatUnanswered();
  await untilLagIsZero(rig.directUrl);
  await rig.process().kill('SIGTERM');
  await checkAcknowledged(rig);
  await checkReadModel(rig.directUrl);
  checkCalls(rig);
  await checkRebuild(rig.directUrl);
}

/** The projector, the interpreter and the dispatcher have reached the heads, and nothing waits. */
export async function untilLagIsZero(url: string): Promise<void> {
  await withClient(url, async (client) => {
    await eventually(
      async () => {
        const { rows } = await client.query<{ behind: bigint }>(LAG);
        expect(rows.filter(({ behind }) => behind !== 0n)).toEqual([]);
      },
      { timeoutMs: 60_000 },
    );
  });
}

const LAG = `
  select 'projector' as what, p.next_offset - coalesce(r.next_offset, 0) as behind
    from log.partitions p left join read.positions r on r.partition = p.partition where p.topic = 'events'
  union all
  select w.consumer, p.next_offset - coalesce(c.next_offset, 0)
    from (values ('dispatcher', 'events'), ('interpreter', 'webhooks')) w(consumer, topic)
    join log.partitions p on p.topic = w.topic
    left join work.positions c on c.consumer = w.consumer and c.topic = w.topic and c.partition = p.partition
  union all
  select 'outbox', count(*) from work.outbox
  union all
  select 'dispatches', count(*) from work.dispatches where state in ('waiting', 'claimed', 'calling', 'in_doubt')`;

/** H1 and H5: each acknowledged send is in the log and exactly once in the journal; nothing is there that nobody sent. */
async function checkAcknowledged(rig: Rig): Promise<void> {
  await withClient(rig.directUrl, async (client) => {
    const journal = await client.query<{ key: string; count: bigint }>(
      `select value->'data'->>'idempotencyKey' as key, count(*) as count from read.events
       where type = 'message.accepted' and is_folded and value->'data'->>'idempotencyKey' is not null group by 1`,
    );
    const keys = rig.history.map(({ key }) => key);
    expect(new Set(journal.rows.map(({ key }) => key)), 'H1: what was sent, and nothing else').toEqual(new Set(keys));
    expect(
      journal.rows.filter(({ count }) => Number(count) !== 1),
      'H1: once each',
    ).toEqual([]);
    // What a delivery adds (its times, its raw webhook) may differ: the id is derived from what is said (rule 7).
    const shared = await client.query(
      `select headers->>'ce_id' as id, array_agg(distinct convert_from(value, 'utf8')) as values from log.records r
       where topic = 'events' and not exists (
         select from work.dead_letters d where (d.topic, d.partition, d."offset") = (r.topic, r.partition, r."offset"))
       group by 1 having count(distinct (key, convert_from(value, 'utf8')::jsonb
         - '{time,occurredAt,recordedAt,causationId}'::text[])) > 1`,
    );
    expect(shared.rows, 'H1: no two different events share an id').toEqual([]);
  });
}

/** H2: every event of the log is in the journal once, and positions have no gaps. */
async function checkReadModel(url: string): Promise<void> {
  await withClient(url, async (client) => {
    const missing = await client.query(
      `select r.partition, r."offset" from log.records r
       where r.topic = 'events' and r.headers->>'ce_id' is not null and not exists (
         select from read.events e where e.partition = r.partition and e."offset" <= r."offset"
           and e.value->>'id' = r.headers->>'ce_id')
       and not exists (select from work.dead_letters d where d.topic = r.topic and d.partition = r.partition
         and d."offset" = r."offset")`,
    );
    expect(missing.rows, 'H2: the journal has every event').toEqual([]);
    const gaps = await client.query(
      `select topic, partition from log.records group by 1, 2 having max("offset") - min("offset") + 1 <> count(*)`,
    );
    expect(gaps.rows, 'H2: offsets have no gaps').toEqual([]);
  });
}

/** H4: at most one call per part that the provider could have processed. */
function checkCalls(rig: Rig): void {
  const seen = rig.carrier.calls.map(({ reference }) => reference);
  expect(seen.length, 'H4: one call per part').toBe(new Set(seen).size);
}

/** H3: the read models dropped and folded anew from offset 0 have the same digests. */
async function checkRebuild(url: string): Promise<void> {
  const before = await readModelDigests(url);
  await withClient(url, (client) => client.query(TRUNCATE));
  const logger = pino({ level: 'silent' });
  const database = openDatabase(url, logger);
  const log = await openPostgresLog({ database, log: logger, partitions: 12 });
  const projector = await createProjector({ database, log, logger, clock: systemClock });
  try {
    await withClient(url, async (client) => {
      await eventually(
        async () => {
          const { rows } = await client.query(
            `select p.partition from log.partitions p left join read.positions r on r.partition = p.partition
           where p.topic = 'events' and p.next_offset <> coalesce(r.next_offset, 0)`,
          );
          expect(rows).toEqual([]);
        },
        { timeoutMs: 60_000 },
      );
    });
    expect(await readModelDigests(url), 'H3: a rebuild makes the same read models').toEqual(before);
  } finally {
    await projector.stop();
    await log.close();
    await database.close();
  }
}

const TRUNCATE = `do $$ declare one text; begin
  for one in select tablename from pg_tables where schemaname = 'read' loop
    execute format('truncate read.%I', one);
  end loop; end $$`;

/** A connection past the proxy. */
export async function withClient<Result>(url: string, use: (client: pg.Client) => Promise<Result>): Promise<Result> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}
