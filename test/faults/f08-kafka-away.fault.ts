import { expect, it } from 'vitest';
import { pause } from '../../src/lifecycle.js';
import { untilReady } from '../support/parley-process.js';
import { checkEverything } from './checks.js';
import { describeFault } from './describe-fault.js';
import { expectAnsweredInTime, watchStalls, type TriedSend } from './load.js';
import { residentBytes } from './resident-bytes.js';
import { rigPerTest } from './rig-per-test.js';
import { casesOf, rounds, type Rig } from './rig.js';

// Kafka is away for a minute under 50 sends a second: it refuses connections, or it swallows what it is sent. Queries
// go on; each send is answered UNAVAILABLE within 5 s, with a time after which to try again; the API's process needs
// less than twice the memory it had; less than 15 s after Kafka is back sends are acknowledged, without anybody's help.

const AWAY_MS = rounds(60_000, 6_000);
const WARM_UP_MS = rounds(5_000, 3_000);
const SENDS_PER_SECOND = 50;
const CONTACTS = 50;
const ASK_EVERY_MS = 500;
const QUERY_WITHIN_MS = 2_000;
const RECOVERS_WITHIN_MS = 15_000;

let rig: Rig;

describeFault(
  'F8 Kafka away under 50 sends a second',
  () => {
    rigPerTest({ log: 'kafka' }, (opened) => (rig = opened));

    it.each(casesOf(['cut', 'blackHole'], ['blackHole']))(
      'answers in time, keeps its memory, and recovers by itself (%s)',
      { timeout: 10 * 60_000 },
      async (fault) => {
        const known = await rig.send('+15550100000');
        await rig.untilStatus(known.messageId ?? '', 'PROCESSING');
        const sends = sendSteadily();
        await pause(WARM_UP_MS);
        const before = await residentOfApi();
        rig.kafka?.[fault]();
        const awayFrom = performance.now();
        const { slowestMs, mostBytes } = await queryFor(AWAY_MS, known.messageId ?? '');
        const refused = await sends.startedBetween(awayFrom, performance.now());
        rig.kafka?.heal();
        const backAt = performance.now();
        const recoveredMs = (await sends.firstAcknowledgedAfter(backAt)) - backAt;
        const all = await sends.stop();
        const figures = { sends: all.length, refused: refused.length, slowestMs: Math.round(slowestMs) };
        const memory = { beforeMiB: mib(before), mostMiB: mib(mostBytes), recoveredMs: Math.round(recoveredMs) };
        console.log(`F8 ${fault}:`, JSON.stringify({ ...figures, ...memory }));
        expect(refused.length).toBeGreaterThan((AWAY_MS / 1_000) * SENDS_PER_SECOND * 0.5);
        expect(refused.filter(({ entry }) => entry.failure === undefined)).toEqual([]);
        expectAnsweredInTime({ tried: all });
        expect(slowestMs, 'queries go on').toBeLessThan(QUERY_WITHIN_MS);
        expect(mostBytes).toBeLessThan(2 * before);
        expect(recoveredMs).toBeLessThan(RECOVERS_WITHIN_MS);
        await untilReady(rig.process('api').url);
        await checkEverything(rig);
      },
    );
  },
  ['kafka'],
);

/** 50 a second begin, however long their answers take. */
function sendSteadily() {
  watchStalls();
  const tried: TriedSend[] = [];
  const trying: Promise<TriedSend>[] = [];
  const sendOne = async () => {
    const began = performance.now();
    const entry = await rig.send(`+1555010${4_000 + (trying.length % CONTACTS)}`);
    const done = { entry, ms: performance.now() - began };
    tried.push(done);
    return done;
  };
  const timer = setInterval(() => trying.push(sendOne()), 1_000 / SENDS_PER_SECOND);
  return {
    /** With their answers. */
    async startedBetween(from: number, to: number) {
      const all = await Promise.all(trying);
      return all.filter(({ entry: { startedAt } }) => startedAt > from && startedAt < to);
    },
    async firstAcknowledgedAfter(time: number) {
      for (;;) {
        const found = tried.find(({ entry }) => entry.startedAt > time && entry.acknowledgedAt !== undefined);
        if (found?.entry.acknowledgedAt !== undefined) return found.entry.acknowledgedAt;
        if (performance.now() > time + 2 * RECOVERS_WITHIN_MS) throw new Error('Sends are still not acknowledged.');
        await pause(10);
      }
    },
    async stop() {
      clearInterval(timer);
      return Promise.all(trying);
    },
  };
}

/** Asks for a message again and again. @throws when it isn't answered */
async function queryFor(milliseconds: number, messageId: string) {
  const until = performance.now() + milliseconds;
  let [slowestMs, mostBytes] = [0, 0];
  while (performance.now() < until) {
    const began = performance.now();
    expect(await rig.status(messageId)).toBe('PROCESSING');
    slowestMs = Math.max(slowestMs, performance.now() - began);
    mostBytes = Math.max(mostBytes, await residentOfApi());
    await pause(ASK_EVERY_MS);
  }
  return { slowestMs, mostBytes };
}

const residentOfApi = () => residentBytes(rig.process('api').pid);

const mib = (bytes: number) => Math.round(bytes / 1_048_576);
