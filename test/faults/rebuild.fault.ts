import { expect, it } from 'vitest';
import type { Database } from '../../src/database/database.js';
import { openDatabase } from '../../src/database/open-database.js';
import { askFor, watchOperation } from '../../src/operations/ask-for.js';
import { findOperation } from '../../src/operations/operation-rows.js';
import type { Operation } from '../../src/operations/operation.js';
import { eventually } from '../support/eventually.js';
import { testLog } from '../support/log.js';
import type { ProxiedStatement } from '../support/postgres-proxy.js';
import { withClient } from '../support/with-client.js';
import { checkEverything } from './checks.js';
import { describeFault } from './describe-fault.js';
import { rigPerTest } from './rig-per-test.js';
import { casesOf, type HistoryEntry, type LogKind, type Rig } from './rig.js';

const isCommitAfter =
  (said: RegExp) =>
  ({ sql, transaction }: ProxiedStatement): boolean =>
    /^\s*commit/i.test(sql) && transaction.some((earlier) => said.test(earlier));

const isFoldsCommit = isCommitAfter(/insert into "?read_next"?\."?events/i);
const isExchangesCommit = isCommitAfter(/alter schema read_next rename to read/i);

describeFault(
  'rebuild kill -9 in the middle of it',
  (log) => {
    let rig: Rig;
    rigPerTest({ log }, (opened) => (rig = opened));

    it('while it folds: another begins anew', async () => {
      await killAt(rig, rig.proxy.holdStatement(isFoldsCommit));
    });

    it('before the exchange is committed: nothing was exchanged, and another begins anew', async () => {
      await killAt(rig, rig.proxy.holdStatement(isExchangesCommit));
    });

    it('after the exchange was committed: it is done once more, for nobody knows', async () => {
      await killAt(rig, rig.proxy.holdAnswer(isExchangesCommit));
    });
  },
  casesOf<LogKind>(['embedded', 'kafka'], ['embedded']),
);

describeFault(
  'rebuild with a store away in the middle of it',
  () => {
    let rig: Rig;
    rigPerTest({ log: 'kafka' }, (opened) => (rig = opened));

    it('Kafka, while it folds: queries go on, and so does the rebuild when Kafka is back', async () => {
      const hold = rig.proxy.holdStatement(isFoldsCommit);
      await rebuildThrough(rig, hold, async ({ messageId = '' }) => {
        rig.kafka?.cut();
        hold.release();
        await untilReadiness(rig, 503);
        expect(await rig.status(messageId)).toBe('PROCESSING');
        rig.kafka?.heal();
      });
    });

    it('Postgres, before the exchange is committed: nothing was exchanged, and another begins anew', async () => {
      const hold = rig.proxy.holdStatement(isExchangesCommit);
      await rebuildThrough(rig, hold, async (_sent, operation) => {
        rig.proxy.cut();
        hold.release();
        await untilReadiness(rig, 503);
        expect(await copies(rig)).not.toContain('read_previous');
        rig.proxy.heal();
        await endLease(rig, operation);
      });
    });
  },
  casesOf<LogKind>(['kafka'], []),
);

const untilReadiness = (rig: Rig, status: number) =>
  eventually(async () => expect((await fetch(`${rig.process('projector').url}/readyz`)).status).toBe(status), {
    timeoutMs: 20_000,
  });

const killAt = (rig: Rig, hold: { readonly reached: Promise<unknown> }): Promise<void> =>
  rebuildThrough(rig, hold, async (_sent, operation, database) => {
    await rig.restartAfterKill('projector');
    expect((await findOperation(database.orm, operation.id))?.state).toBe('running');
    await endLease(rig, operation);
  });

/** As if that of a dead process had ended. */
const endLease = (rig: Rig, { id }: Operation) =>
  withClient(rig.directUrl, (client) =>
    client.query(`update work.operations set lease_until = now() - interval '1 minute' where id = $1`, [id]),
  );

/** The schemas that hold copies, in alphabetical order. */
const copies = (rig: Rig) =>
  withClient(rig.directUrl, async (client) => {
    const { rows } = await client.query<{ nspname: string }>(
      `select nspname from pg_namespace where nspname like 'read%' order by 1`,
    );
    return rows.map(({ nspname }) => nspname);
  });

/** Disturbs a rebuild where it is held: it is done all the same, and everything is whole. */
async function rebuildThrough(
  rig: Rig,
  hold: { readonly reached: Promise<unknown> },
  disturb: (sent: HistoryEntry, operation: Operation, database: Database) => Promise<void>,
): Promise<void> {
  const sent = await rig.send('+15550101000');
  await Promise.all(Array.from({ length: 19 }, (_, index) => rig.send(`+1555010${String(1_001 + index)}`)));
  await rig.untilStatus(sent.messageId ?? '', 'PROCESSING');
  const database = openDatabase(rig.directUrl, testLog, { poolMax: 2 });
  try {
    const { operation } = await askFor(database, 'rebuild', {});
    await hold.reached;
    await disturb(sent, operation, database);
    expect(await ended(database, operation)).toMatchObject({
      ...{ state: 'done', result: { isExchanged: true, differenceCount: 0 } },
    });
    expect(await copies(rig)).toEqual(['read', 'read_previous']);
  } finally {
    await database.close();
  }
  await checkEverything(rig);
}

const ended = (database: Database, { id }: Operation) =>
  watchOperation(database, id, { onLook: () => undefined, signal: new AbortController().signal });
