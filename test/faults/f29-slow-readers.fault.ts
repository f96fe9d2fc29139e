import { expect, it } from 'vitest';
import { pause } from '../../src/lifecycle.js';
import { eventually } from '../support/eventually.js';
import { scrape } from '../support/scrape.js';
import { untilLagIsZero } from './checks.js';
import { describeFault } from './describe-fault.js';
import {
  expectWhole,
  expectWholeSoFar,
  openJournalReader,
  startOfReading,
  type JournalReader,
} from './journal-reader.js';
import { residentBytes } from './resident-bytes.js';
import { rigPerTest } from './rig-per-test.js';
import { casesOf, rounds, type Rig } from './rig.js';
import { sendMany } from './send-many.js';

// Most subscribers stop reading, and ten thousand events go by. What the system holds for a connection is some megabytes,
// so each event is asked for several times over: without it nobody would wait for anybody.

const STOPPED = rounds(200, 20);
const OTHERS = rounds(10, 4);
const EVENTS = rounds(10_000, 800);
/** Of a send, at least: accepted, dispatched, submitted. */
const EVENTS_PER_SEND = 3;
const CONTACTS = 50;
const TEXT = 'x'.repeat(4_000);
/** An event of 4 kB is one of 12 kB in full, of 40 in the quick form, which has fewer of them. */
const FIELDS = Array.from({ length: rounds(3, 10) }, (_, n) => `d${n}: data`).join(' ');
/** Of the API's process, beyond what it had when all had subscribed: a page of 100 events for each, and what isn't collected yet. */
const GROWTH_MAX_MIB = rounds(400, 200);
const MINUTES = 60_000;

let rig: Rig;

describeFault(
  'F29 subscribers that stop reading',
  () => {
    rigPerTest({ log: 'kafka' }, (opened) => (rig = opened));

    it.each(casesOf(['for a while', 'for good'], ['for a while']))('%s', { timeout: 15 * MINUTES }, async (howLong) => {
      await untilLagIsZero(rig);
      const start = await startOfReading(rig);
      const { url, apiKey, pid } = rig.process('api');
      const open = (isPaused: boolean) =>
        openJournalReader({ url, apiKey, after: start.cursor, fields: FIELDS, isPaused });
      const stopped = Array.from({ length: STOPPED }, () => open(true));
      const others = Array.from({ length: OTHERS }, () => open(false));
      await untilSubscribed(STOPPED + OTHERS);
      const memory = await watchMemory(pid);
      await sendMany(rig, { sends: EVENTS / EVENTS_PER_SEND, contacts: CONTACTS, text: TEXT });
      await untilLagIsZero(rig);
      const journal = await start.since();
      expect(journal.length).toBeGreaterThanOrEqual(EVENTS);
      await untilWhole(others, journal);
      expect(others.flatMap(({ closes }) => closes)).toEqual([]);
      if (howLong === 'for good') await untilGivenUp();
      else expect((await figures()).fellBack).toBeGreaterThanOrEqual(STOPPED);
      for (const reader of stopped) {
        expect(reader.seen.length, 'what it read before').toBeLessThan(journal.length);
        reader.resume();
      }
      if (howLong === 'for good') await untilToldToComeAgain(stopped, journal);
      await untilWhole(stopped, journal);
      const growthMiB = await memory.stop();
      console.log(`F29, ${howLong}:`, JSON.stringify({ events: journal.length, growthMiB, ...(await figures()) }));
      expect(growthMiB, 'MiB of growth').toBeLessThan(GROWTH_MAX_MIB);
      for (const reader of [...stopped, ...others]) {
        expectWhole(reader.seen, journal);
        expect(reader.errors).toEqual([]);
        reader.stop();
      }
    });
  },
  ['kafka'],
);

async function figures() {
  const { value } = await scrape(rig.process('api').url);
  return {
    subscriptions: value('parley_subscriptions') ?? 0,
    fellBack: value('parley_subscription_fallbacks_total') ?? 0,
    givenUp: value('parley_websockets_given_up_total') ?? 0,
  };
}

const untilSubscribed = (count: number) =>
  eventually(async () => expect((await figures()).subscriptions).toBe(count), { timeoutMs: 30_000, everyMs: 50 });

/** A minute after each of them took the last byte. */
const untilGivenUp = () =>
  eventually(async () => expect((await figures()).givenUp).toBe(STOPPED), { timeoutMs: 2 * MINUTES, everyMs: 200 });

/** Before that it gets what was on its way, without a gap. */
async function untilToldToComeAgain(stopped: readonly JournalReader[], journal: Parameters<typeof expectWhole>[1]) {
  for (const reader of stopped) {
    await eventually(() => expect(reader.closes[0]).toBe(1_013), { timeoutMs: MINUTES });
    expectWholeSoFar(reader.seen, journal);
  }
}

async function untilWhole(readers: readonly JournalReader[], journal: readonly unknown[]): Promise<void> {
  const missing = () => readers.map(({ seen }) => journal.length - seen.length).filter((count) => count > 0);
  await eventually(() => expect(missing(), 'events that readers still lack').toEqual([]), {
    ...{ timeoutMs: 8 * MINUTES, everyMs: 100 },
  });
}

/** Of a process, beyond what it has now. */
async function watchMemory(pid: number) {
  const before = await residentBytes(pid);
  let most = before;
  const stopping = new AbortController();
  const watching = (async () => {
    while (!stopping.signal.aborted) {
      // Of a process that is gone the test tells by itself.
      most = Math.max(most, await residentBytes(pid).catch(() => 0));
      await pause(200, stopping.signal);
    }
  })();
  return {
    async stop(): Promise<number> {
      stopping.abort();
      await watching;
      return Math.round((most - before) / 1_048_576);
    },
  };
}
