import { expect, it } from 'vitest';
import { announcedSeed, createSeededRandom } from '../support/seeded-random.js';
import { checkStores, untilLagIsZero } from './checks.js';
import { describeFault } from './describe-fault.js';
import { judgeHistory } from './history/judge-history.js';
import { readJournaledSends, readLoggedSends } from './history/read-sends.js';
import { startSenders } from './history/senders.js';
import { badWeather } from './history/weather.js';
import { rigPerTest } from './rig-per-test.js';
import { rounds, type Rig } from './rig.js';

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

describeFault(
  'history of sends over a bad network',
  () => {
    const processes = { api: 2, projector: 2, dispatcher: 0, interpreter: 0 };
    rigPerTest({ log: 'kafka', processes }, (opened) => (rig = opened));

    it(
      'loses, doubles and reorders nothing that was acknowledged',
      async () => {
        const began = performance.now();
        const { senders, faults } = await sendInBadWeather(announcedSeed('history'));
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

/** The seed repeats the faults, their order and lengths; what the senders are doing meanwhile is the machine's. */
async function sendInBadWeather(seed: number) {
  const { kafka, proxy: postgres } = rig;
  if (!kafka) throw new Error('This fault is about Kafka.');
  let isOver = false;
  const senders = startSenders({
    ...{ count: SENDERS, clients: [rig.client(0), rig.client(1)], channelId: rig.channelId() },
    random: createSeededRandom(seed + 1),
    isEnough: () => isOver,
  });
  try {
    const faults = await badWeather({
      ...{ targets: { kafka, postgres }, random: createSeededRandom(seed), calmMs: CALM_MS },
      isEnough() {
        expectAllRunning();
        return senders.figures.acknowledged >= ACKNOWLEDGED_MIN;
      },
    });
    return { senders, faults };
  } finally {
    isOver = true;
    await senders.finished;
  }
}

/** No fault of the network is a reason to end. */
function expectAllRunning(): void {
  for (const role of ['api', 'projector'] as const) {
    for (const index of [0, 1]) expect(rig.process(role, index).isRunning(), `${role} ${index} runs`).toBe(true);
  }
}
