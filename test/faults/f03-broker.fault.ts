import { expect, it } from 'vitest';
import { pause } from '../../src/lifecycle.js';
import { announcedSeed, createSeededRandom, type SeededRandom } from '../support/seeded-random.js';
import { holdAppend, holdAppendAnswer } from './appends.js';
import { checkEverything } from './checks.js';
import { describeFault } from './describe-fault.js';
import { expectAnsweredInTime, startLoad } from './load.js';
import { rigPerTest } from './rig-per-test.js';
import { rounds, type Rig } from './rig.js';

// The broker is killed while it is about to write, when it has written and not yet answered, and at any moment. Sends
// wait or are UNAVAILABLE; none that was acknowledged is lost; the first acknowledgement comes less than 10 s after the
// broker's process was started again. Where the machine is so busy that the broker alone needs as long, at most 2 s after
// it leads its partitions: Parley itself added 0.2 to 0.5 s.

// The quick form: at the two moments; a broker that is killed at any is among the kills, too.
const ROUNDS = rounds(20, 2);
const FIRST_ACKNOWLEDGED_WITHIN_MS = 10_000;
const AFTER_IT_LEADS_MS = 2_000;
const MOMENTS = ['before it is written', 'after it was written', 'any'] as const;
const DOWN_MS_MAX = 2_000;
/** At most 50 a second: while the broker is down each is refused at once, and repeated at the end. */
const LOAD = { senders: 10, pauseMs: 200 };

let rig: Rig;
let random: SeededRandom;

describeFault(
  'F3 kill -9 of the broker mid-append',
  () => {
    rigPerTest({ log: 'kafka', ownBroker: true }, (opened) => (rig = opened));

    it('loses nothing acknowledged and goes on within 10 s', { timeout: 15 * 60_000 }, async () => {
      random = createSeededRandom(announcedSeed('F3'));
      const load = startLoad(rig, LOAD);
      const firstAfterMs: number[] = [];
      const leadsAfterMs: number[] = [];
      for (let round = 0; round < ROUNDS; round += 1) {
        await load.untilAcknowledged(20);
        await untilMoment(MOMENTS[round % MOMENTS.length] ?? 'any');
        await rig.broker?.kill();
        await pause(random.between(0, DOWN_MS_MAX));
        const startedAt = performance.now();
        await rig.broker?.restart();
        const leads = rig.heads('events').then(() => leadsAfterMs.push(Math.round(performance.now() - startedAt)));
        firstAfterMs.push(Math.round((await load.firstAcknowledgedAfter(startedAt, 60_000)) - startedAt));
        await leads;
      }
      await load.stop();
      console.log(`F3: ${rig.history.length} sends. ms from each start of the broker's process until`);
      console.log(
        `it leads its partitions: ${leadsAfterMs.join(', ')}; a send is acknowledged: ${firstAfterMs.join(', ')}`,
      );
      expectAnsweredInTime(load);
      for (const [round, first] of firstAfterMs.entries()) {
        const leadsMs = leadsAfterMs[round] ?? 0;
        expect(first).toBeLessThan(Math.max(FIRST_ACKNOWLEDGED_WITHIN_MS, leadsMs + AFTER_IT_LEADS_MS));
      }
      await checkEverything(rig);
    });
  },
  ['kafka'],
);

/** Resolves at the moment; what is held then goes down with the broker's connections. */
async function untilMoment(moment: (typeof MOMENTS)[number]): Promise<void> {
  if (moment === 'any') await pause(random.between(0, 300));
  else if (moment === 'before it is written') await holdAppend(rig, 'message.accepted').reached;
  else await holdAppendAnswer(rig, 'message.accepted').reached;
}
