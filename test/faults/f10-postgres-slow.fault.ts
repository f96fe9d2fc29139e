import { expect, it } from 'vitest';
import { ROLES } from '../../src/config.js';
import { pause } from '../../src/lifecycle.js';
import { eventually } from '../support/eventually.js';
import { untilReady } from '../support/parley-process.js';
import { withClient } from '../support/with-client.js';
import { checkEverything } from './checks.js';
import { describeFault } from './describe-fault.js';
import { startLoad, type TriedSend } from './load.js';
import { firstCall, postMessage, postUntilStopped, type Posted } from './posts.js';
import { residentBytes } from './resident-bytes.js';
import { rigPerTest } from './rig-per-test.js';
import { casesOf, rounds, type LogKind, type Rig } from './rig.js';

// Postgres answers, and slowly: 300 ms a round trip. Or it stands still behind a lock, and every connection of the pool
// with it. More is asked than it can answer: what can't be answered is refused, nothing takes longer than 10 s, memory
// stays below twice what it was, and afterwards all goes on by itself.

/** The quick form too is longer than a statement may take (6 s). */
const FOR_MS = rounds(30_000, 8_000);
const ONE_WAY_MS = 150;
const NOTHING_LONGER_THAN_MS = 10_000;
const RECOVERS_WITHIN_MS = 10_000;
const LOAD = { senders: 20, pauseMs: 100 };
/** More than a pool has connections (20), several times over. */
const READERS = 60;
const POST_EVERY_MS = 100;
const READ = `query ($id: ID!) { message(id: $id) { status conversation { id contact { id } } } channels(first: 5) { edges { node { id queueDepth } } } }`;

let rig: Rig;

/** Slow on the way; or a table that everybody needs is locked, and every statement on it waits. */
const FAULTS = {
  slow: async () => {
    rig.proxy.delay(ONE_WAY_MS);
    await pause(FOR_MS);
    rig.proxy.heal();
  },
  exhausted: () =>
    withClient(rig.directUrl, async (client) => {
      await client.query('begin; lock table read.messages, read.conversations in access exclusive mode');
      await pause(FOR_MS);
      await client.query('rollback');
    }),
};

describeFault(
  'F10 Postgres slow, and its pool exhausted',
  () => {
    rigPerTest({ log: 'kafka' }, (opened) => (rig = opened));

    it.each(casesOf(['slow', 'exhausted'], ['slow', 'exhausted']))(
      'answers or refuses in time, and goes on by itself (%s)',
      { timeout: 10 * 60_000 },
      async (fault) => {
        const { reads, posted, sends, recoveredMs, before, mostBytes } = await underLoad(FAULTS[fault]);
        tell(fault, { reads, posted, sends, recoveredMs, mostBytes, before });
        expect(reads.filter(({ answer }) => answer === 'broken')).toEqual([]);
        expect(slowest(reads), 'slowest query, in ms').toBeLessThan(NOTHING_LONGER_THAN_MS);
        expect(slowest(posted), 'slowest webhook, in ms').toBeLessThan(NOTHING_LONGER_THAN_MS);
        expect(slowest(sends), 'slowest send, in ms').toBeLessThan(NOTHING_LONGER_THAN_MS);
        expect(posted.filter(({ status }) => status !== 200 && status !== 503)).toEqual([]);
        expect(mostBytes).toBeLessThan(2 * before);
        expect(recoveredMs, 'until a send is acknowledged, in ms').toBeLessThan(RECOVERS_WITHIN_MS);
        for (const role of ROLES) await untilReady(rig.process(role).url);
        await eventually(async () => expect(await read(knownId())).toMatchObject({ answer: 'data' }));
        await checkEverything(rig);
      },
    );
  },
  ['kafka'] satisfies readonly LogKind[],
);

const knownId = () => rig.history[0]?.messageId ?? '';

/** Sends, queries and webhooks go on while that happens, and until sends are acknowledged after it. */
async function underLoad(disturb: () => Promise<void>): Promise<Told> {
  const call = await firstCall(rig);
  const load = startLoad(rig, LOAD);
  await load.untilAcknowledged(40).catch(() => undefined);
  const before = await residentBytes(rig.process('api').pid);
  const posting = postUntilStopped((id) => postMessage(rig, call, id), POST_EVERY_MS);
  const reading = readUntilStopped(knownId());
  await disturb();
  const healedAt = performance.now();
  // Nobody asks for more than can be answered for ever.
  const stopped = reading.stop();
  const firstAt = await load.firstAcknowledgedAfter(healedAt, 2 * RECOVERS_WITHIN_MS).catch(() => Infinity);
  const [reads, posted] = [await stopped, await posting.stop()];
  await load.stop();
  const mostBytes = await residentBytes(rig.process('api').pid);
  return { reads, posted, sends: load.tried, recoveredMs: firstAt - healedAt, before, mostBytes };
}

interface Read {
  readonly ms: number;
  readonly answer: 'data' | 'UNAVAILABLE' | 'broken';
  readonly text?: string;
}

async function read(id: string): Promise<Read> {
  const began = performance.now();
  const done = (answer: Read['answer'], text?: string): Read => ({
    ms: performance.now() - began,
    answer,
    ...(text && { text }),
  });
  try {
    const answer = await rig.client().ask<{ message: { status: string } | null }>(READ, { id });
    if (answer.data?.message?.status !== undefined && answer.errors === undefined) return done('data');
    const text = JSON.stringify(answer);
    return text.includes('"UNAVAILABLE"') ? done('UNAVAILABLE') : done('broken', text);
  } catch (error) {
    return done('broken', String(error));
  }
}

/** As many at once as there are readers, each asking again when it was answered. */
function readUntilStopped(id: string) {
  const reads: Read[] = [];
  const stopping = new AbortController();
  const readOn = async () => {
    while (!stopping.signal.aborted) {
      reads.push(await read(id));
      await pause(200);
    }
  };
  const going = Promise.all(Array.from({ length: READERS }, readOn));
  return {
    async stop() {
      stopping.abort();
      await going;
      return reads;
    },
  };
}

const slowest = (all: readonly { readonly ms: number }[]) => Math.max(...all.map(({ ms }) => ms));

interface Told {
  readonly reads: readonly Read[];
  readonly posted: readonly Posted[];
  readonly sends: readonly TriedSend[];
  readonly recoveredMs: number;
  readonly before: number;
  readonly mostBytes: number;
}

function tell(fault: string, { reads, posted, sends, recoveredMs, before, mostBytes }: Told): void {
  const figures = {
    sends: [sends.length, sends.filter(({ entry }) => entry.acknowledgedAt !== undefined).length],
    ...{ reads: reads.length, refused: reads.filter(({ answer }) => answer !== 'data').length },
    slowestMs: [reads, posted, sends].map((all) => Math.round(slowest(all))),
    recoveredMs: Math.round(recoveredMs),
    mib: [before, mostBytes].map((bytes) => Math.round(bytes / 1_048_576)),
  };
  console.log(`F10 ${fault}:`, JSON.stringify(figures), sends.findLast(({ entry }) => entry.failure)?.entry.failure);
}
