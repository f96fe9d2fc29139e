import { expect, it } from 'vitest';
import { pause } from '../../src/lifecycle.js';
import type { CarrierCall } from '../support/scripted-carrier.js';
import { announcedSeed, createSeededRandom, type SeededRandom } from '../support/seeded-random.js';
import { withClient } from '../support/with-client.js';
import { checkEverything, untilLagIsZero } from './checks.js';
import { describeFault } from './describe-fault.js';
import { breakOnce, NETWORK_FAULTS, type NetworkFault } from './history/weather.js';
import { expectAnsweredInTime, startLoad } from './load.js';
import { rigPerTest } from './rig-per-test.js';
import { receipt, rounds, type Rig } from './rig.js';

// Connections between all processes and the broker are reset, cut, swallowed, slowed down and broken off in the middle
// of an answer, under sends and receipts. None acknowledged is lost, none doubled in the journal, none reordered; every
// message is sent once, and delivered once its receipt was taken.

const TIMES_EACH = rounds(6, 1);
const REPEAT_RECEIPT_MS = 500;
const RECEIPT_WITHIN_MS = 60_000;

let rig: Rig;
let random: SeededRandom;

describeFault(
  'F4 a bad network between Parley and the broker',
  () => {
    rigPerTest({ log: 'kafka' }, (opened) => (rig = opened));

    it('loses, doubles and reorders nothing', { timeout: 15 * 60_000 }, async () => {
      random = createSeededRandom(announcedSeed('F4'));
      const receipts = answerWithReceipts();
      const load = startLoad(rig, { senders: 20, pauseMs: 50 });
      const faults = Array.from({ length: TIMES_EACH }, () => random.shuffle(NETWORK_FAULTS)).flat();
      for (const fault of faults) {
        await load.untilAcknowledged(20);
        await breakKafka(fault);
      }
      await load.untilAcknowledged(20);
      await load.stop();
      expectAnsweredInTime(load);
      await rig.repeatUnanswered();
      await untilLagIsZero(rig);
      await receipts.allTaken();
      await untilLagIsZero(rig);
      expect(await statuses()).toEqual([{ status: 'DELIVERED', count: rig.history.length }]);
      console.log(`F4: ${rig.history.length} sends over ${faults.join(', ')}`);
      await checkEverything(rig);
    });
  },
  ['kafka'],
);

async function breakKafka(fault: NetworkFault): Promise<void> {
  if (!rig.kafka) throw new Error('This fault is about Kafka.');
  await breakOnce(rig.kafka, fault, random);
}

/** The carrier takes every call and posts its receipt until that is taken, as providers do. */
function answerWithReceipts() {
  const posting: Promise<void>[] = [];
  rig.carrier.script = (call) => {
    posting.push(untilTaken(call));
    return 'accept';
  };
  return { allTaken: () => Promise.all(posting) };
}

async function untilTaken(call: CarrierCall): Promise<void> {
  const deadline = performance.now() + RECEIPT_WITHIN_MS;
  while ((await rig.post(call, receipt(call, 'delivered'))) !== 200) {
    if (performance.now() > deadline) throw new Error('A receipt was not taken.');
    await pause(REPEAT_RECEIPT_MS);
  }
}

const statuses = () =>
  withClient(rig.directUrl, async (client) => {
    const { rows } = await client.query<{ status: string; count: number }>(
      'select status, count(*)::int as count from read.messages group by 1 order by 1',
    );
    return rows;
  });
