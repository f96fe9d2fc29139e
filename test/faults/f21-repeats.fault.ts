import { expect, it } from 'vitest';
import { pause } from '../../src/lifecycle.js';
import { eventually } from '../support/eventually.js';
import { PRODUCE } from '../support/kafka-proxy.js';
import type { CarrierCall } from '../support/scripted-carrier.js';
import { checkEverything, untilLagIsZero } from './checks.js';
import { describeFault } from './describe-fault.js';
import { firstCall, journaledIds, postMessage, postUntilStopped, type Posted } from './posts.js';
import { rigPerTest } from './rig-per-test.js';
import { casesOf, rounds, type Rig } from './rig.js';

// Webhooks while Kafka is away, in three ways: it refuses connections, it swallows them, or it writes and its answer
// never comes. Each webhook is answered 503 with Retry-After, never 200 and lost. The provider posts it again after that
// time until it is taken; then each is processed once, also the one that had been written all the same.

const AWAY_MS = rounds(20_000, 6_000);
const POST_EVERY_MS = 100;
/** Promised are 5 s; the rest is for a busy machine. */
const ANSWER_WITHIN_MS = 5_500;
const REPEAT_FOR_MS = 60_000;

let rig: Rig;

describeFault(
  'F21 webhooks while Kafka is away, repeated until they are taken',
  () => {
    rigPerTest({ log: 'kafka' }, (opened) => (rig = opened));

    // Black holes and their 503s are F9's, too, in each run.
    it.each(casesOf(['cut', 'blackHole'], []))(
      'refuses each with Retry-After, then takes each once (%s)',
      async (fault) => {
        const call = await firstCall(rig);
        rig.kafka?.[fault]();
        const posting = postUntilStopped((id) => postMessage(rig, call, id), POST_EVERY_MS);
        await pause(AWAY_MS);
        const refused = await posting.stop();
        expectRefused(refused);
        expect(refused.length).toBeGreaterThan(20);
        rig.kafka?.heal();
        await expectTakenOnce(call, refused);
      },
    );

    it('takes once what was written although its answer never came', async () => {
      const call = await firstCall(rig);
      const held = rig.kafka?.holdAnswer(({ apiKey, text }) => apiKey === PRODUCE && text.includes('.webhooks.v1'));
      const posting = postMessage(rig, call, 'written');
      await held?.reached;
      await eventually(async () => {
        expect((await rig.heads('webhooks')).reduce((sum, head) => sum + head, 0n)).toBe(1n);
      });
      const refused = await posting;
      expectRefused([refused]);
      await expectTakenOnce(call, [refused]);
    });
  },
  ['kafka'],
);

function expectRefused(posted: readonly Posted[]): void {
  for (const { status, retryAfter, failure, ms } of posted) {
    expect({ status, retryAfter, failure }).toEqual({
      status: 503,
      retryAfter: expect.stringMatching(/^\d+$/) as string,
    });
    expect(ms).toBeLessThan(ANSWER_WITHIN_MS);
  }
}

async function expectTakenOnce(call: CarrierCall, refused: readonly Posted[]): Promise<void> {
  await Promise.all(refused.map((posted) => repeatUntilTaken(call, posted)));
  await untilLagIsZero(rig);
  expect(await journaledIds(rig)).toEqual(refused.map(({ id }) => id).sort());
  await checkEverything(rig);
}

/** As a provider does: not before the time that it was told. */
async function repeatUntilTaken(call: CarrierCall, first: Posted): Promise<void> {
  const deadline = performance.now() + REPEAT_FOR_MS;
  for (let posted = first; posted.status !== 200; posted = await postMessage(rig, call, first.id)) {
    if (performance.now() > deadline) throw new Error('A webhook was not taken.');
    await pause(Number(posted.retryAfter ?? 1) * 1_000);
  }
}
