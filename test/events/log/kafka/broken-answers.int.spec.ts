import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeOnKafka } from '../../../support/kafka.js';
import { openLogRig, type LogRig } from './log-rig.js';

// Whatever half of an answer a connection ended in, the next one is read from its beginning. Before, kafkajs took its
// first bytes for the rest of that half: answers went missing until their requests timed out (3 s each), and a size that
// was read from the middle of a record threw where nobody caught it, which ended the process.

const TIMES = 8;
/** Below the 3 s after which a request that nobody answered is given up. */
const ANSWERED_WITHIN_MS = 2_500;

const record = (n: number) => ({
  key: `k${n}`,
  headers: { n: String(n) },
  value: Buffer.from(`{"n":${n},"text":"${'x'.repeat(500)}"}`),
});

describeOnKafka('answers that break off in the middle', () => {
  let rig: LogRig;
  beforeEach(async () => {
    rig = await openLogRig(4);
  });
  afterEach(() => rig.close());

  it('cost an append one attempt, and no more', { timeout: 60_000 }, async () => {
    for (let n = 0; n < TIMES; n += 1) {
      rig.proxy.truncate(1);
      const began = performance.now();
      await rig.log.append('events', record(n));
      await rig.log.append('events', record(n));
      expect(performance.now() - began).toBeLessThan(ANSWERED_WITHIN_MS);
    }
  });
});
