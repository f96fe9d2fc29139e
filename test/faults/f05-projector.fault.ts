import { expect, it } from 'vitest';
import type { ProxiedStatement } from '../support/postgres-proxy.js';
import { checkEverything } from './checks.js';
import { describeFault, inQuick } from './describe-fault.js';
import type { Rig } from './rig.js';
import { rigPerTest } from './rig-per-test.js';

const isProjectorsCommit = ({ sql, transaction }: ProxiedStatement) =>
  /^\s*commit/i.test(sql) && transaction.some((earlier) => /insert into "?read"?\."?events/i.test(earlier));

describeFault(
  'F5 kill -9 of the projector mid-batch',
  (log) => {
    let rig: Rig;
    rigPerTest({ log }, (opened) => (rig = opened));

    it('folds again what was not committed', async () => {
      const hold = rig.proxy.holdStatement(isProjectorsCommit);
      await sendSome(rig);
      await hold.reached;
      await rig.restartAfterKill('projector');
      await checkEverything(rig);
    });

    it('folds nothing twice that was committed', async () => {
      const hold = rig.proxy.holdAnswer(isProjectorsCommit);
      await sendSome(rig);
      await hold.reached;
      await rig.restartAfterKill('projector');
      await checkEverything(rig);
    });
  },
  inQuick('kafka'),
);

async function sendSome(rig: Rig): Promise<void> {
  const sent = await Promise.all(
    Array.from({ length: 20 }, (_, index) => rig.send(`+155501001${String(index).padStart(2, '0')}`)),
  );
  expect(sent.some(({ messageId }) => messageId !== undefined)).toBe(true);
}
