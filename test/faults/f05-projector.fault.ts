import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ProxiedStatement } from '../support/postgres-proxy.js';
import { checkEverything } from './checks.js';
import { openRig, type Rig } from './rig.js';

const isProjectorsCommit = ({ sql, transaction }: ProxiedStatement) =>
  /^\s*commit/i.test(sql) && transaction.some((earlier) => /insert into "?read"?\."?events/i.test(earlier));

let rig: Rig;
beforeEach(async () => {
  rig = await openRig();
  await rig.start();
});
afterEach(() => rig.close());

describe('F5 kill -9 of the projector mid-batch', () => {
  it('folds again what was not committed', async () => {
    const hold = rig.proxy.holdStatement(isProjectorsCommit);
    await sendSome();
    await hold.reached;
    await rig.restartAfterKill();
    await checkEverything(rig);
  });

  it('folds nothing twice that was committed', async () => {
    const hold = rig.proxy.holdAnswer(isProjectorsCommit);
    await sendSome();
    await hold.reached;
    await rig.restartAfterKill();
    await checkEverything(rig);
  });
});

async function sendSome(): Promise<void> {
  const sent = await Promise.all(
    Array.from({ length: 20 }, (_, index) => rig.send(`+155501001${String(index).padStart(2, '0')}`)),
  );
  expect(sent.some(({ messageId }) => messageId !== undefined)).toBe(true);
}
