import { expect, it } from 'vitest';
import { pause } from '../../src/lifecycle.js';
import { startBalancer, type Balancer } from '../support/balancer.js';
import { eventually } from '../support/eventually.js';
import { announcedSeed, createSeededRandom, type SeededRandom } from '../support/seeded-random.js';
import { checkEverything, untilLagIsZero } from './checks.js';
import { describeFault } from './describe-fault.js';
import { expectWhole, openJournalReader, startOfReading } from './journal-reader.js';
import { rigPerTest } from './rig-per-test.js';
import { rounds, type Rig } from './rig.js';
import { sendMany } from './send-many.js';

// Three processes of the API behind a proxy, and every two seconds one of them is killed and started again. Whoever was
// connected to it resumes after his last cursor, at whichever process the proxy leads him to.

const APIS = 3;
const READERS = rounds(30, 20);
const EVENTS = rounds(10_000, 300);
/** Of a send, at least: accepted, dispatched, submitted. */
const EVENTS_PER_SEND = 3;
const CONTACTS = 40;
/** So that the sends take as long as the kills: forty seconds, six in the quick form. */
const PAUSE_MS = rounds(400, 1_500);
const KILLS = rounds(15, 3);
const KILL_EVERY_MS = 2_000;
const MINUTES = 60_000;

describeFault(
  'resume elsewhere with the last cursor',
  () => {
    let rig: Rig;
    rigPerTest({ log: 'kafka', processes: { api: APIS } }, (opened) => (rig = opened));

    it('gives each client the journal, whichever process of the API dies', { timeout: 10 * MINUTES }, async () => {
      const random = createSeededRandom(announcedSeed('resume'));
      await untilLagIsZero(rig);
      const start = await startOfReading(rig);
      const balancer = await startBalancer();
      balancer.serve(Array.from({ length: APIS }, (_, index) => rig.process('api', index).url));
      const readers = openReaders(rig, balancer, start.cursor);
      const killer = startKiller(rig, random);
      await sendMany(rig, { sends: EVENTS / EVENTS_PER_SEND, contacts: CONTACTS, pauseMs: PAUSE_MS });
      await eventually(() => expect(killer.kills()).toBeGreaterThanOrEqual(KILLS), { timeoutMs: MINUTES });
      await killer.stop();
      await rig.repeatUnanswered();
      await untilLagIsZero(rig);
      const journal = await start.since();
      expect(journal.length).toBeGreaterThanOrEqual(EVENTS);
      const lacking = () => readers.filter(({ seen }) => seen.length < journal.length).length;
      await eventually(() => expect(lacking(), 'readers that lack something').toBe(0), { timeoutMs: 2 * MINUTES });
      const cuts = readers.map(({ closes }) => closes.length);
      console.log('resume:', JSON.stringify({ events: journal.length, kills: killer.kills(), cuts }));
      for (const reader of readers) {
        expectWhole(reader.seen, journal);
        reader.stop();
      }
      expect(cuts.filter((count) => count > 0).length, 'readers that were cut off').toBeGreaterThan(READERS / 2);
      await balancer.close();
      await checkEverything(rig);
    });
  },
  ['kafka'],
);

const openReaders = (rig: Rig, { url }: Balancer, after: string) =>
  Array.from({ length: READERS }, () => openJournalReader({ url, after, apiKey: rig.process('api').apiKey }));

/** Every two seconds one of those that run; it is started again at once, and is back when it is. */
function startKiller(rig: Rig, random: SeededRandom) {
  const starting = new Set<Promise<unknown>>();
  const stopping = new AbortController();
  let kills = 0;
  const killOne = async () => {
    const [victim] = random.shuffle(Array.from({ length: APIS }, (_, index) => index)).filter((index) => {
      return rig.process('api', index).isRunning();
    });
    if (victim === undefined) return;
    await rig.kill('api', 'SIGKILL', victim);
    kills += 1;
    const started = rig.startRole('api', { index: victim });
    starting.add(started);
    started.then(
      () => starting.delete(started),
      () => undefined,
    );
  };
  const killing = (async () => {
    await pause(KILL_EVERY_MS);
    while (!stopping.signal.aborted) {
      await killOne();
      await pause(KILL_EVERY_MS, stopping.signal);
    }
  })();
  return {
    kills: () => kills,
    /** Resolves when all of them run again. @throws when one of them didn't start */
    async stop() {
      stopping.abort();
      await killing;
      await Promise.all(starting);
    },
  };
}
