import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pause } from '../../../../src/lifecycle.js';
import { readModelDigests } from '../../../support/digests.js';
import { eventually } from '../../../support/eventually.js';
import { story } from '../story.js';
import { openRebuildRig, type RebuildRig } from './rebuild-rig.js';

let rig: RebuildRig;
beforeEach(async () => {
  rig = await openRebuildRig();
});
afterEach(() => rig.close());

describe('rule 15: the exchange', () => {
  it('waits for a statement that reads for long, and lets others through meanwhile', async () => {
    await rig.project(2);
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
    await rig.project(2);
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
