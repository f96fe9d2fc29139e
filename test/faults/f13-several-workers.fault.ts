import { afterEach, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { checkEverything, untilLagIsZero } from './checks.js';
import { describeFault } from './describe-fault.js';
import { letLeasesRunOut, rounds, type Rig } from './rig.js';
import { rigPerTest } from './rig-per-test.js';
import { checkNoDeadlock, startLoad } from './steady-load.js';
import { startStrayWorkers, type StrayWorkers } from './stray-workers.js';

const SENDS = rounds(1_500, 100);
const MINUTES = 60_000;
const PAIRS = { projector: 2, dispatcher: 2, interpreter: 2 };

describeFault(
  'F13 several workers of the same role',
  () => {
    let rig: Rig;
    let stray: StrayWorkers | undefined;
    rigPerTest({ log: 'kafka', processes: PAIRS }, (opened) => (rig = opened));
    afterEach(async () => {
      await stray?.stop();
      stray = undefined;
    });

    it(
      'share the work in one group: one call per part, also where leases run out while their calls are made',
      async () => {
        const load = startLoad(rig);
        for (let sends = 0; sends < SENDS; sends += SENDS / 5) {
          await eventually(() => expect(load.counts().sends).toBeGreaterThan(sends), { timeoutMs: 5 * MINUTES });
          await letLeasesRunOut(rig.directUrl);
        }
        await load.pause();
        await checkEverything(rig);
        await load.check();
        await checkNoDeadlock(rig);
      },
      10 * MINUTES,
    );

    it(
      'fence each other where one is in another group by mistake, without spinning or flooding its log',
      async () => {
        const load = startLoad(rig);
        const other = (stray = await startStrayWorkers(rig));
        const { sends } = load.counts();
        await eventually(() => expect(load.counts().sends).toBeGreaterThan(sends + SENDS), {
          timeoutMs: 5 * MINUTES,
        });
        await load.pause();
        await rig.repeatUnanswered();
        await untilLagIsZero(rig);
        expect(other.complaints()).toEqual([]);
        const records = await countRecords(rig);
        console.log('F13:', JSON.stringify({ ...other.batches, records, warnings: other.warnings.length }));
        // Who loses a batch finds the position moved, and goes on from there: never more often than there are records.
        expect(other.batches.failed).toBeGreaterThan(0);
        expect(other.batches.handed).toBeLessThan(2 * records);
        expect(other.warnings).toEqual([]);
        await other.stop();
        stray = undefined;
        await checkEverything(rig);
        await load.check();
        await checkNoDeadlock(rig);
      },
      10 * MINUTES,
    );
  },
  ['kafka'],
);

/** What each consumer has to read, both topics together. */
async function countRecords(rig: Rig): Promise<number> {
  const heads = await Promise.all([rig.heads('events'), rig.heads('webhooks')]);
  return Number(heads.flat().reduce((sum, head) => sum + head, 0n));
}
