import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OperationRefusedError } from '../../../../src/operations/operation.js';
import { eventually } from '../../../support/eventually.js';
import { openRebuildRig, type RebuildRig } from './rebuild-rig.js';

let rig: RebuildRig;
beforeEach(async () => {
  rig = await openRebuildRig();
});
afterEach(() => rig.close());

describe('rule 15: a rebuild ends without a trace', () => {
  it('when it is cancelled, in the middle of folding', async () => {
    await rig.project(20);
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
    await rig.project(1);
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
    await rig.project(2);
    await rig.rows(`delete from log.records where topic = 'events' and "offset" = 0`);
    const rebuilding = rig.rebuild();
    await expect(rebuilding).rejects.toThrow(OperationRefusedError);
    await expect(rebuilding).rejects.toThrow(/no longer has what is needed/);
    expect(await rig.copies()).toEqual(['read']);
  });

  it('when this version can not fold what another one has, and says which event', async () => {
    await rig.project(1);
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
    await rig.project(20);
    // Nobody exchanges while somebody else has a table so; everything else goes on.
    const holder = await rig.database.pool.connect();
    await holder.query('begin; lock table read.contacts in share update exclusive mode');
    const first = untilExchange();
    first.rebuilding.catch(() => undefined);
    await first.isThere;
    const second = untilExchange();
    await second.isThere;
    await holder.query('rollback');
    holder.release();
    await expect(first.rebuilding).rejects.toThrow();
    expect(await second.rebuilding).toMatchObject({ isExchanged: true, differenceCount: 0 });
    expect(await rig.copies()).toEqual(['read', 'read_previous']);
  });

  /** A rebuild that tells when it has come to the exchange. */
  function untilExchange() {
    let arrive: () => void = () => undefined;
    const isThere = new Promise<void>((resolve) => (arrive = resolve));
    const rebuilding = rig.rebuild({
      report({ step }) {
        if (step === 'Exchanging the read models') arrive();
      },
    });
    return { rebuilding, isThere };
  }
});
