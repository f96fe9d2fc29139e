import { expect, it } from 'vitest';
import { pause } from '../../src/lifecycle.js';
import { ROLES, type Role } from '../../src/config.js';
import { eventually } from '../support/eventually.js';
import { announcedSeed, createSeededRandom, type SeededRandom } from '../support/seeded-random.js';
import { checkEverything } from './checks.js';
import { describeFault } from './describe-fault.js';
import { letLeasesRunOut, rounds, type Rig } from './rig.js';
import { rigPerTest } from './rig-per-test.js';
import { checkNoDeadlock, startLoad, type SteadyLoad } from './steady-load.js';

// Two processes of each role, sends and webhooks without end, and now and then one of them, or the broker, or both at
// once, is killed with -9 at a random moment and started again after a random pause. `PARLEY_FAULTS_SEED` repeats the
// choices; the moments are the machine's.

const ROUNDS = rounds(20, 2);
const CHECK_EVERY = 7;
const MINUTES = 60_000;
const CALM_MS = { least: 200, most: 2_500 };
const AWAY_MS = { least: 0, most: 3_000 };
const TWO_OF_EACH = { api: 2, interpreter: 2, projector: 2, dispatcher: 2 };
const CHANNELS = 4;
/** As long as each is answered at once. */
const HUNDRED_A_SECOND = { senders: 10, everyMs: 95 };
/** One round of so many kills two at once. */
const TWO_AT_ONCE = 4;

type Victim = 'broker' | { readonly role: Role; readonly index: number };
const VICTIMS: readonly Victim[] = ['broker', ...ROLES.flatMap((role) => [0, 1].map((index) => ({ role, index })))];

describeFault(
  'kills at random',
  () => {
    let rig: Rig;
    rigPerTest(
      { log: 'kafka', processes: TWO_OF_EACH, ownBroker: true, channels: CHANNELS },
      (opened) => (rig = opened),
    );

    it(
      'lose, double and reorder nothing, whichever process or broker dies',
      async () => {
        const random = createSeededRandom(announcedSeed('kills'));
        const load = startLoad(rig, HUNDRED_A_SECOND);
        for (let round = 1; round <= ROUNDS; round += 1) {
          const victims = random.shuffle(VICTIMS).slice(0, random.between(1, TWO_AT_ONCE) === 1 ? 2 : 1);
          await pause(random.between(CALM_MS.least, CALM_MS.most));
          await Promise.all(victims.map((victim) => killAndRestart(rig, victim, random)));
          console.log(`round ${round}: ${victims.map(nameOf).join(' and ')}`, JSON.stringify(load.counts()));
          await untilSomethingIsSent(load);
          if (round % CHECK_EVERY === 0 && round < ROUNDS) await checkInBetween(rig, load);
        }
        await load.pause();
        await checkAll(rig, load);
      },
      40 * MINUTES,
    );
  },
  ['kafka'],
);

const nameOf = (victim: Victim) => (victim === 'broker' ? victim : `${victim.role} ${victim.index}`);

async function killAndRestart(rig: Rig, victim: Victim, random: SeededRandom): Promise<void> {
  const awayMs = random.between(AWAY_MS.least, AWAY_MS.most);
  if (victim === 'broker') {
    await rig.broker?.kill();
    await pause(awayMs);
    await rig.broker?.restart();
    return;
  }
  const { role, index } = victim;
  await rig.kill(role, 'SIGKILL', index);
  // Also of the other dispatcher, which lives: its calls lose their leases while they are made.
  if (role === 'dispatcher') await letLeasesRunOut(rig.directUrl);
  await pause(awayMs);
  await rig.startRole(role, { index });
}

const untilSomethingIsSent = async (load: SteadyLoad): Promise<void> => {
  const { sends, webhooks } = load.counts();
  const look = () => {
    expect(load.counts().sends).toBeGreaterThan(sends);
    expect(load.counts().webhooks).toBeGreaterThan(webhooks);
  };
  await eventually(look, { timeoutMs: 60_000, everyMs: 50 });
};

async function checkInBetween(rig: Rig, load: SteadyLoad): Promise<void> {
  await load.pause();
  await checkAll(rig, load);
  await rig.start();
  load.resume();
}

async function checkAll(rig: Rig, load: SteadyLoad): Promise<void> {
  await checkEverything(rig);
  await load.check();
  await checkNoDeadlock(rig);
}
