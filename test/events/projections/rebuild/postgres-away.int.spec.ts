import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../../../src/database/database.js';
import { isDatabaseAway } from '../../../../src/database/errors.js';
import { openDatabase } from '../../../../src/database/open-database.js';
import { systemClock } from '../../../../src/events/kernel/clock.js';
import type { EventLog } from '../../../../src/events/log/event-log.js';
import { openPostgresLog } from '../../../../src/events/log/postgres/open-postgres-log.js';
import { rebuildReadModels } from '../../../../src/events/projections/rebuild/rebuild.js';
import { readModelDigests } from '../../../support/digests.js';
import { eventually } from '../../../support/eventually.js';
import { testLog } from '../../../support/log.js';
import { startPostgresProxy, type PostgresProxy, type ProxiedStatement } from '../../../support/postgres-proxy.js';
import { story } from '../story.js';
import { openRebuildRig, type RebuildRig } from './rebuild-rig.js';

/** What is served, and its projector, keep their Postgres: only the rebuild loses its own, and with it the log. */
let rig: RebuildRig;
let proxy: PostgresProxy;
let database: Database;
let log: EventLog;
beforeEach(async () => {
  rig = await openRebuildRig();
  proxy = await startPostgresProxy(rig.url);
  database = openDatabase(proxy.url, testLog);
  log = await openPostgresLog({ database, log: testLog, partitions: rig.log.partitionCount });
  await rig.project(20);
});
afterEach(async () => {
  proxy.heal();
  await log.close();
  await database.close();
  await proxy.close();
  await rig.close();
});

const rebuild = () =>
  rebuildReadModels(
    { database, log, clock: systemClock },
    { isAccepted: false, signal: new AbortController().signal, report: () => undefined },
  );

const isCommitAfter =
  (said: RegExp) =>
  ({ sql, transaction }: ProxiedStatement): boolean =>
    /^\s*commit/i.test(sql) && transaction.some((earlier) => said.test(earlier));
const isFoldsCommit = isCommitAfter(/insert into "?read_next"?\."?events/i);
const isExchangesCommit = isCommitAfter(/alter schema read_next rename to read/i);
const isComparison = ({ sql }: ProxiedStatement): boolean => /hashtextextended[^]*"read_next"/.test(sql);

/** What is served goes on, and is whole. */
async function expectServed(truth: Awaited<ReturnType<typeof readModelDigests>>): Promise<void> {
  expect(await readModelDigests(rig.url)).toEqual(truth);
  await rig.append(...story(21));
  await rig.caughtUp();
  expect(await rig.rows('select from read.events')).toHaveLength(21 * 9);
}

describe('rule 15: Postgres away in the middle of a rebuild', () => {
  it('while it folds: it waits, goes on when Postgres is back, and nothing is missing', async () => {
    const truth = await readModelDigests(rig.url);
    const hold = proxy.holdStatement(isFoldsCommit);
    const rebuilding = rebuild();
    rebuilding.catch(() => undefined);
    await hold.reached;
    proxy.cut();
    hold.release();
    await expectServed(truth);
    proxy.heal();
    expect(await rebuilding).toMatchObject({ isExchanged: true, differenceCount: 0 });
    expect(await rig.copies()).toEqual(['read', 'read_previous']);
    await rig.caughtUp();
    expect(await rig.rows('select from read.events')).toHaveLength(21 * 9);
  });

  it.each([
    ['while it compares: nothing is exchanged', isComparison, 'holdStatement', ['read']],
    ['before the exchange is committed: nothing is exchanged', isExchangesCommit, 'holdStatement', ['read']],
    [
      'after the exchange was committed: all of it is exchanged',
      isExchangesCommit,
      'holdAnswer',
      ['read', 'read_previous'],
    ],
  ] as const)('%s, it says that Postgres is away, and a repeat does it', async (_when, matches, side, left) => {
    const truth = await readModelDigests(rig.url);
    const hold = proxy[side](matches);
    const rebuilding = rebuild();
    rebuilding.catch(() => undefined);
    await hold.reached;
    // The one that was made may still be there, as nobody could drop it; and a commit that was let through takes its time.
    const isLeft = async () => expect((await rig.copies()).filter((name) => name !== 'read_next')).toEqual(left);
    await eventually(isLeft);
    proxy.cut();
    hold.release();
    await expect(rebuilding).rejects.toSatisfy(isDatabaseAway);
    await isLeft();
    await expectServed(truth);
    proxy.heal();
    expect(await rebuild()).toMatchObject({ isExchanged: true, differenceCount: 0, events: 21 * 9 });
    expect(await rig.copies()).toEqual(['read', 'read_previous']);
  });
});
