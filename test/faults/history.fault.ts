import { afterEach, beforeEach, expect, it } from 'vitest';
import { announcedSeed, createSeededRandom, type SeededRandom } from '../support/seeded-random.js';
import { checkStores, untilLagIsZero } from './checks.js';
import { describeFault } from './describe-fault.js';
import { judgeHistory } from './history/judge-history.js';
import { readJournaledSends, readLoggedSends } from './history/read-sends.js';
import { startSenders } from './history/senders.js';
import { badWeather } from './history/weather.js';
import { openRig, rounds, type Rig } from './rig.js';

// At least 60,000 acknowledged sends through two processes of the API, while connections to Kafka and to Postgres are
// reset, cut, swallowed, slowed down and broken off in the middle of an answer, at random. Then: none acknowledged is
// lost, none is doubled in the journal, none stands in another order than its sender made it in (judge-history.ts says
// what that is), and log, journal and a rebuild agree. Without dispatcher and interpreter: the promise is the log's and
// the journal's, and calling a provider 60,000 times is the matter of other faults.

const ACKNOWLEDGED_MIN = rounds(60_000, 2_000);
const SENDERS = 120;
/** Nothing hangs longer than 10 s (F10), whatever swallows what. */
const ANSWER_WITHIN_MS = 10_000;
const CALM_MS = { least: 200, most: rounds(4_000, 1_500) };
const MINUTES = 60_000;
const ABSENT = ['dispatcher', 'interpreter'] as const;

let rig: Rig;
let random: SeededRandom;
beforeEach(async () => {
  random = createSeededRandom(announcedSeed('history'));
  rig = await openRig({ log: 'kafka', processes: { api: 2, projector: 2, dispatcher: 0, interpreter: 0 } });
  await rig.start();
});
afterEach(() => rig.close());

describeFault(
  'history of sends over a bad network',
  () => {
    it(
      'loses, doubles and reorders nothing that was acknowledged',
      async () => {
        const began = performance.now();
        const { senders, faults } = await sendInBadWeather();
        const seconds = (performance.now() - began) / 1_000;
        await senders.repeatUnanswered();
        await untilLagIsZero(rig, ABSENT);
        await rig.kill('all', 'SIGTERM');
        const [log, journal] = [await readLoggedSends(rig), await readJournaledSends(rig)];
        const verdict = judgeHistory(senders.history, log, journal);
        const repeats = log.length - new Set(log.map(({ name }) => name)).size;
        console.log('history:', JSON.stringify({ ...senders.figures, seconds: Math.round(seconds), repeats, faults }));
        expect(verdict).toEqual({ lost: [], doubled: [], reordered: [], altered: [], strange: [] });
        expect(senders.unexpected, 'only UNAVAILABLE is an answer to a fault').toEqual([]);
        expect(senders.figures.acknowledged).toBeGreaterThanOrEqual(ACKNOWLEDGED_MIN);
        expect(senders.figures.slowestMs).toBeLessThan(ANSWER_WITHIN_MS);
        await checkStores(rig);
      },
      45 * MINUTES,
    );
  },
  ['kafka'],
);

async function sendInBadWeather() {
  let isWeatherOver = false;
  const senders = startSenders({
    ...{ count: SENDERS, clients: [rig.client(0), rig.client(1)], channelId: rig.channelId(), random },
    isEnough: () => isWeatherOver && senders.figures.acknowledged >= ACKNOWLEDGED_MIN,
  });
  if (!rig.kafka) throw new Error('This fault is about Kafka.');
  const faults = await badWeather({
    targets: { kafka: rig.kafka, postgres: rig.proxy },
    ...{ random, calmMs: CALM_MS },
    isEnough: () => senders.figures.acknowledged >= ACKNOWLEDGED_MIN,
  });
  isWeatherOver = true;
  await senders.finished;
  return { senders, faults };
}
