import { expect, it } from 'vitest';
import { openDatabase } from '../../src/database/open-database.js';
import { askFor, watchOperation } from '../../src/operations/ask-for.js';
import { findOperation } from '../../src/operations/operation-rows.js';
import type { Operation } from '../../src/operations/operation.js';
import { testLog } from '../support/log.js';
import type { ProxiedStatement } from '../support/postgres-proxy.js';
import { withClient } from '../support/with-client.js';
import { checkEverything } from './checks.js';
import { describeFault } from './describe-fault.js';
import { rigPerTest } from './rig-per-test.js';
import { casesOf, type LogKind, type Rig } from './rig.js';

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

async function killAt(rig: Rig, hold: { readonly reached: Promise<unknown> }): Promise<void> {
  await Promise.all(Array.from({ length: 20 }, (_, index) => rig.send(`+1555010${String(1_000 + index)}`)));
  const database = openDatabase(rig.directUrl, testLog, { poolMax: 2 });
  try {
    const { operation } = await askFor(database, 'rebuild', {});
    await hold.reached;
    await rig.restartAfterKill('projector');
    expect((await findOperation(database.orm, operation.id))?.state).toBe('running');
    // As if the dead process' lease had ended.
    await withClient(rig.directUrl, (client) =>
      client.query(`update work.operations set lease_until = now() - interval '1 minute' where started_at is not null`),
    );
    expect(await ended(database, operation)).toMatchObject({
      ...{ state: 'done', result: { isExchanged: true, differenceCount: 0 } },
    });
    await withClient(rig.directUrl, async (client) => {
      const { rows } = await client.query(`select nspname from pg_namespace where nspname like 'read%' order by 1`);
      expect(rows).toEqual([{ nspname: 'read' }, { nspname: 'read_previous' }]);
    });
  } finally {
    await database.close();
  }
  await checkEverything(rig);
}

const ended = (database: ReturnType<typeof openDatabase>, { id }: Operation) =>
  watchOperation(database, id, { onLook: () => undefined, signal: new AbortController().signal });
