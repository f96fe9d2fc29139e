import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { messageIds } from '../../../../src/events/kernel/ids.js';
import { pause } from '../../../../src/lifecycle.js';
import { OperationRefusedError, type OperationProgress } from '../../../../src/operations/operation.js';
import { readModelDigests } from '../../../support/digests.js';
import { conversationId, event, messageId } from '../../../support/events.js';
import { eventually } from '../../../support/eventually.js';
import { story } from '../story.js';
import { openRebuildRig, type RebuildRig } from './rebuild-rig.js';

let rig: RebuildRig;
beforeEach(async () => {
  rig = await openRebuildRig();
});
afterEach(() => rig.close());

const uuidOf = (n: number) => messageIds.toUuid(messageId(n));
const stories = (from: number, count: number) => Array.from({ length: count }, (_, n) => story(from + n)).flat();
const project = async (count: number) => {
  const projector = await rig.startProjector();
  await rig.append(...stories(1, count));
  await rig.caughtUp();
  return projector;
};

describe('rule 15: a rebuild', () => {
  it('makes the same read models, puts them in place, and the projector goes on into them', async () => {
    const projector = await project(20);
    const before = { digests: await readModelDigests(rig.url), structure: await rig.structure('read') };
    const result = await rig.rebuild();
    expect(result).toMatchObject({ isExchanged: true, events: 180, differenceCount: 0, differences: [] });
    expect(await readModelDigests(rig.url)).toEqual(before.digests);
    expect(await rig.structure('read')).toEqual(before.structure);
    expect(await rig.copies()).toEqual(['read', 'read_previous']);
    await rig.append(...story(21));
    await rig.caughtUp();
    expect(projector.state()).toMatchObject({ isRunning: true });
    const counts = await rig.rows(
      'select (select count(*) from read.events) as now, (select count(*) from read_previous.events) as before',
    );
    expect(counts).toEqual([{ now: 189n, before: 180n }]);
  });

  it('can be done again and again: every one leaves one previous copy', async () => {
    await project(3);
    const structure = await rig.structure('read');
    for (let times = 0; times < 3; times += 1) expect((await rig.rebuild()).isExchanged).toBe(true);
    expect(await rig.copies()).toEqual(['read', 'read_previous']);
    expect(await rig.structure('read')).toEqual(structure);
    expect(await rig.structure('read_previous')).toEqual(structure);
  });

  it('does it for a log in which nothing stands, and for one without a projector', async () => {
    expect(await rig.rebuild()).toMatchObject({ isExchanged: true, events: 0 });
    await rig.append(...story(1));
    // Nothing was projected, so nothing is: what is served tells up to where.
    expect(await rig.rebuild()).toMatchObject({ isExchanged: true, events: 0 });
    await rig.startProjector();
    await rig.caughtUp();
  });

  it('tells how far it is, in events of those that are served', async () => {
    await project(20);
    const told: OperationProgress[] = [];
    await rig.rebuild({ report: (progress) => told.push(progress) });
    const folding = told.filter(({ step }) => step === 'Folding the log anew');
    expect(folding[0]).toMatchObject({ done: 0, total: 180 });
    expect(folding.at(-1)).toMatchObject({ done: 180, total: 180 });
    expect([...new Set(told.map(({ step }) => step))].at(-1)).toBe('Exchanging the read models');
  });

  it('names the rows that were damaged by hand, and changes nothing unless that is accepted', async () => {
    await project(3);
    const truth = await readModelDigests(rig.url);
    await rig.rows(`update read.messages set status = 'SENT', failure = '{}' where id = $1`, [uuidOf(1)]);
    await rig.rows(`delete from read.timeline where message_id = $1 and status = 'READ'`, [uuidOf(2)]);
    await rig.rows(`update read.contact_addresses set address = '+15550109999' where address = '+15550100003'`);
    const damaged = await readModelDigests(rig.url);
    const { isExchanged, differences, differenceCount } = await rig.rebuild();
    expect({ isExchanged, differenceCount }).toEqual({ isExchanged: false, differenceCount: 4 });
    expect(differences).toContainEqual({
      ...{ table: 'messages', key: { id: uuidOf(1) }, kind: 'different', columns: ['status', 'failure'] },
    });
    expect(differences.map(({ table, kind }) => `${table} ${kind}`).sort()).toEqual([
      ...['contact_addresses missing', 'contact_addresses unfounded', 'messages different', 'timeline missing'],
    ]);
    expect(JSON.stringify(differences)).not.toMatch(/\+1555|hello|SENT/);
    expect(await readModelDigests(rig.url)).toEqual(damaged);
    expect(await rig.copies()).toEqual(['read']);
    expect(await rig.rebuild({ isAccepted: true })).toMatchObject({ isExchanged: true, differenceCount: 4 });
    expect(await readModelDigests(rig.url)).toEqual(truth);
  });

  it('counts all rows that differ and names the first hundred', async () => {
    await project(30);
    await rig.rows('update read.events set channel_id = null');
    const { differenceCount, differences } = await rig.rebuild();
    expect(differenceCount).toBe(270);
    expect(differences).toHaveLength(100);
    expect(new Set(differences.flatMap(({ columns }) => columns))).toEqual(new Set(['channel_id']));
  });

  it('buries no record again, and passes over what is not ours', async () => {
    await rig.startProjector();
    await rig.append(...story(1));
    await rig.appendRaw(conversationId(), 'no JSON');
    await rig.append(...story(2));
    await rig.caughtUp();
    await rig.rows('delete from work.dead_letters');
    expect(await rig.rebuild()).toMatchObject({ isExchanged: true, differenceCount: 0 });
    expect(await rig.rows('select from work.dead_letters')).toEqual([]);
  });

  it('rule 14: folds what an older version did not know, and `rebuild needed` goes away without a restart', async () => {
    const projector = await project(1);
    // As an older version would have left it: journaled, not folded.
    await projector.stop();
    await rig.rows(`update read.events set is_folded = false where type = 'message.read'`);
    await rig.rows(`delete from read.timeline where status = 'READ'`);
    const newer = await rig.startProjector();
    expect(newer.state().needsRebuild).toBe(true);
    expect(await rig.rebuild({ isAccepted: true })).toMatchObject({ isExchanged: true, differenceCount: 2 });
    await eventually(() => expect(newer.state().needsRebuild).toBe(false));
    expect(await rig.rows(`select from read.timeline where status = 'READ'`)).toHaveLength(1);
  });

  it('rule 14: a projector that had stopped at damaged rows begins again', async () => {
    const projector = await project(1);
    await rig.rows('update read.messages set conversation_id = gen_random_uuid()');
    await rig.append(event({ type: 'message.delivered', n: 999, data: { attempt: 1, part: 0 } }));
    await eventually(() => expect(projector.state().stoppedBecause).toMatch(/rule 12/));
    expect(await rig.rebuild({ isAccepted: true })).toMatchObject({ isExchanged: true });
    await rig.caughtUp();
    expect(projector.state()).toEqual({ isRunning: true, needsRebuild: false, deadLetters: 0 });
    expect(await rig.rows(`select from read.events where conversation_id is not null`)).toHaveLength(9);
  });

  it('gives the same rights to the new tables', async () => {
    await rig.rows(`do $$ begin create role parley_report; exception when duplicate_object then null; end $$`);
    await rig.rows('grant usage on schema read to parley_report');
    await rig.rows('grant select on read.messages to parley_report');
    await project(1);
    await rig.rebuild();
    const [rights] = await rig.rows(`select has_schema_privilege('parley_report', 'read', 'usage') as schema,
      has_table_privilege('parley_report', 'read.messages', 'select') as messages,
      has_table_privilege('parley_report', 'read.contacts', 'select') as contacts`);
    expect(rights).toEqual({ schema: true, messages: true, contacts: false });
  });
});

describe('rule 15: a rebuild ends without a trace', () => {
  it('when it is cancelled, in the middle of folding', async () => {
    await project(20);
    const cancelling = new AbortController();
    const rebuilding = rig.rebuild({
      signal: cancelling.signal,
      report: ({ done = 0 }) => {
        if (done > 0) cancelling.abort(new Error('cancelled'));
      },
    });
    await expect(rebuilding).rejects.toThrow();
    expect(await rig.copies()).toEqual(['read']);
  });

  it('when it is cancelled while a statement over a whole table runs, which ends too', async () => {
    await project(1);
    const cancelling = new AbortController();
    const holder = await rig.database.pool.connect();
    let locking: Promise<unknown> | undefined;
    const rebuilding = rig.rebuild({
      signal: cancelling.signal,
      report: () => void (locking ??= holder.query('begin; lock table read.messages in access exclusive mode')),
    });
    rebuilding.catch(() => undefined);
    const waiting = () =>
      rig.rows(`select from pg_stat_activity where wait_event_type = 'Lock' and application_name like 'parley % 1'
        and datname = current_database()`);
    await eventually(async () => expect(await waiting()).toHaveLength(1));
    cancelling.abort(new Error('cancelled'));
    await expect(rebuilding).rejects.toThrow();
    expect(await waiting()).toEqual([]);
    await locking;
    await holder.query('rollback');
    holder.release();
    expect(await rig.copies()).toEqual(['read']);
  });

  it('when the log no longer has its beginning, and says so', async () => {
    await project(2);
    await rig.rows(`delete from log.records where topic = 'events' and "offset" = 0`);
    const rebuilding = rig.rebuild();
    await expect(rebuilding).rejects.toThrow(OperationRefusedError);
    await expect(rebuilding).rejects.toThrow(/no longer has what is needed/);
    expect(await rig.copies()).toEqual(['read']);
  });

  it('when this version can not fold what another one has, and says which event', async () => {
    await project(1);
    await rig.rows(
      `update log.records set value = convert_to(replace(convert_from(value, 'utf8'), '"parts":1', '"parts":"many"'), 'utf8')`,
    );
    await expect(rig.rebuild()).rejects.toThrow(/offset \d+: message.accepted can't be read/);
    expect(await rig.copies()).toEqual(['read']);
  });

  it('where views stand on the tables: they would show the old ones', async () => {
    await rig.rows('create view public.report as select status, count(*) from read.messages group by 1');
    await expect(rig.rebuild()).rejects.toThrow(/report/);
  });

  it('where another process has begun anew: its read models count', async () => {
    await project(20);
    let second: Promise<unknown> | undefined;
    const first = rig.rebuild({
      report({ step }) {
        if (step === 'Exchanging the read models') second ??= rig.rebuild();
      },
    });
    await expect(first).rejects.toThrow();
    expect(await second).toMatchObject({ isExchanged: true, differenceCount: 0 });
    expect(await rig.copies()).toEqual(['read', 'read_previous']);
  });
});

describe('rule 15: the exchange', () => {
  it('waits for a statement that reads for long, and lets others through meanwhile', async () => {
    await project(2);
    const reader = await rig.database.pool.connect();
    await reader.query('begin; select from read.events');
    const told: string[] = [];
    const rebuilding = rig.rebuild({ report: ({ step }) => told.push(step) });
    await eventually(() => expect(told).toContain('Waiting for a moment in which nobody holds the journal'));
    await rig.append(...story(3));
    await rig.caughtUp();
    expect(await rig.rows('select from read.messages')).toHaveLength(6);
    await reader.query('commit');
    reader.release();
    expect(await rebuilding).toMatchObject({ isExchanged: true });
  });

  it('is refused where an upgrade has changed the tables meanwhile', async () => {
    await project(2);
    let upgrade: Promise<unknown> | undefined;
    const rebuilding = rig.rebuild({
      report({ step }) {
        // It waits for the comparison, and the exchange for it.
        if (step === 'Comparing timeline') upgrade ??= rig.rows('alter table read.messages add column mood text');
      },
    });
    await expect(rebuilding).rejects.toThrow(/upgrade has changed the tables/);
    await upgrade;
    expect(await rig.copies()).toEqual(['read']);
  });

  it('shows nobody an error, a step back or half of it, under writers, readers and two projectors', async () => {
    await rig.startProjector();
    await rig.startProjector();
    const load = startLoad();
    await eventually(() => expect(load.appended()).toBeGreaterThan(200));
    for (let times = 0; times < 2; times += 1)
      expect(await rig.rebuild()).toMatchObject({ isExchanged: true, differenceCount: 0 });
    await rig.restore();
    await load.stop();
    await rig.caughtUp();
    expect(load.faults).toEqual([]);
    expect(load.reads()).toBeGreaterThan(50);
    const live = await readModelDigests(rig.url);
    await rig.rebuild();
    expect(await readModelDigests(rig.url)).toEqual(live);
  }, 120_000);
});

/** About a thousand events a second at most: with the machine at its end this measures nothing else. */
const WRITE_EVERY_MS = 10;

/** Appends stories, and reads as subscriptions do: the journal, then the positions, in one statement, prepared. */
function startLoad() {
  const faults: unknown[] = [];
  let isOver = false;
  let [appended, reads] = [0, 0];
  const write = async () => {
    for (let n = 1_000; !isOver; n += 1) {
      await rig.append(...story(n));
      appended += 9;
      await pause(WRITE_EVERY_MS);
    }
  };
  const read = async (name: string) => {
    let last = { positions: 0n, events: 0n };
    while (!isOver) {
      const { rows } = await rig.database.pool.query<{ positions: bigint; events: bigint; messages: bigint }>({
        name,
        text: `select (select count(*) from read.events) as events,
          (select coalesce(sum(next_offset), 0)::bigint from read.positions) as positions,
          (select count(*) from read.messages) as messages`,
      });
      const [row] = rows;
      if (row === undefined) continue;
      reads += 1;
      if (row.positions < last.positions || row.events < last.events || row.positions !== row.events)
        faults.push({ last, row });
      last = row;
    }
  };
  const running = Promise.all(
    [write(), read('one')].map((one) => one.catch((error: unknown) => void faults.push(error))),
  );
  return {
    faults,
    appended: () => appended,
    reads: () => reads,
    async stop() {
      isOver = true;
      await running;
    },
  };
}
