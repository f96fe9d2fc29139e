import { expect, it } from 'vitest';
import { pause } from '../../src/lifecycle.js';
import { eventually } from '../support/eventually.js';
import { announcedSeed, createSeededRandom } from '../support/seeded-random.js';
import { checkEverything } from './checks.js';
import { describeFault } from './describe-fault.js';
import { rounds, type Rig } from './rig.js';
import { rigPerTest } from './rig-per-test.js';
import { checkNoDeadlock, startLoad } from './steady-load.js';

const ROUNDS = rounds(20, 2);
const MINUTES = 60_000;

describeFault(
  'F12 rebalances of the projectors',
  () => {
    let rig: Rig;
    rigPerTest({ log: 'kafka' }, (opened) => (rig = opened));

    it(
      'folds everything once while a second projector comes and goes, by SIGTERM and by kill -9',
      async () => {
        const random = createSeededRandom(announcedSeed('F12'));
        const load = startLoad(rig);
        for (let round = 0; round < ROUNDS; round += 1) {
          await rig.startRole('projector', { index: 1 });
          await pause(random.between(0, 1_500));
          await rig.kill('projector', round % 2 === 0 ? 'SIGTERM' : 'SIGKILL', 1);
          const { sends } = load.counts();
          await eventually(() => expect(load.counts().sends).toBeGreaterThan(sends), { timeoutMs: 30_000 });
        }
        await load.pause();
        await checkEverything(rig);
        await load.check();
        await checkNoDeadlock(rig);
      },
      10 * MINUTES,
    );
  },
  ['kafka'],
);
