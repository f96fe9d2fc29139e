import { expect, it } from 'vitest';
import { ROLES } from '../../src/config.js';
import { pause } from '../../src/lifecycle.js';
import { eventually } from '../support/eventually.js';
import { checkEverything } from './checks.js';
import { describeFault } from './describe-fault.js';
import { residentBytes } from './resident-bytes.js';
import { rigPerTest } from './rig-per-test.js';
import { rounds, type HistoryEntry, type Rig } from './rig.js';

// Ten minutes under 100 sends a second to 200 conversations, each watched by a subscriber of its own: of 100 messages 99
// are with their subscriber within 2 s of their acknowledgement, and no process needs more memory at the end than it
// needed in the fourth minute. The quick form has a tenth of the load, and no word on memory: that takes minutes to tell.

const FOR_MS = rounds(600_000, 8_000);
const SENDS_PER_SECOND = rounds(100, 10);
const SUBSCRIBERS = rounds(200, 10);
const WARM_MS = 180_000;
const SAMPLE_EVERY_MS = 1_000;
const LAG_P99_MS = 2_000;
/** Between the medians of two minutes: what the collector leaves lying about differs by so much. */
const FLAT_WITHIN = 1.15;
const SENDS_AT_ONCE = 20;

const CONVERSATION = 'query ($id: ID!) { message(id: $id) { conversation { id } } }';
const ADDED = 'subscription ($id: ID!) { messageAdded(conversationId: $id) { message { id } } }';

let rig: Rig;

describeFault(
  'F39 minutes of steady sends with many subscribers',
  () => {
    rigPerTest({ log: 'kafka', channels: 4 }, (opened) => (rig = opened));

    it('delivers in time, and its memory stays as it is', { timeout: FOR_MS + 10 * 60_000 }, async () => {
      const subscribers = await subscribeAll();
      const memory = watchMemory();
      const sent = await sendSteadily();
      const samples = await memory.stop();
      const acknowledged = sent.filter(({ messageId }) => messageId !== undefined);
      await eventually(() => expect(subscribers.missing(acknowledged)).toEqual([]), { timeoutMs: 30_000 });
      const lags = subscribers.lagsOf(acknowledged);
      const figures = { sent: sent.length, acknowledged: acknowledged.length, p50: at(lags, 0.5), p99: at(lags, 0.99) };
      console.log('F39:', JSON.stringify({ ...figures, mib: memoryOf(samples) }));
      await subscribers.stop();
      expect(acknowledged.length, 'sends are acknowledged').toBeGreaterThan(0.99 * sent.length);
      expect(figures.p99, 'p99 of the lag, in ms').toBeLessThan(LAG_P99_MS);
      for (const { fourth, last } of memoryOf(samples))
        expect(last, 'MiB at the end').toBeLessThan(fourth * FLAT_WITHIN);
      await checkEverything(rig);
    });
  },
  ['kafka'],
);

const contact = (n: number) => `+15550139${String(n).padStart(3, '0')}`;

/** One subscriber for each conversation, on a socket of its own; opened by a first message. */
async function subscribeAll() {
  const arrivedAt = new Map<string, number>();
  const subscribers: { stop(): Promise<void> }[] = [];
  for (let n = 0; n < SUBSCRIBERS; n += 1) {
    const { messageId } = await rig.send(contact(n));
    const found = await eventually(async () => {
      const asked = await rig.client().run<{ message: { conversation: { id: string } | null } | null }>(CONVERSATION, {
        id: messageId,
      });
      if (!asked.message?.conversation) throw new Error('The conversation is not projected yet.');
      return asked.message.conversation;
    });
    const client = rig.client().socket();
    client.subscribe<{ messageAdded: { message: { id: string } } }>(
      { query: ADDED, variables: { id: found.id } },
      {
        next: ({ data }) => data && void arrivedAt.set(data.messageAdded.message.id, performance.now()),
        error: (error) => console.error('F39: a subscription failed', error),
        complete: () => undefined,
      },
    );
    subscribers.push({ stop: async () => client.dispose() });
  }
  await untilLive(arrivedAt);
  return {
    missing: (sent: readonly HistoryEntry[]) =>
      sent.filter(({ messageId }) => !arrivedAt.has(messageId ?? '')).map(({ key }) => key),
    lagsOf: (sent: readonly HistoryEntry[]) =>
      sent
        .map(({ messageId = '', acknowledgedAt = 0 }) => (arrivedAt.get(messageId) ?? Infinity) - acknowledgedAt)
        .sort((one, other) => one - other),
    stop: () => Promise.all(subscribers.map((one) => one.stop())),
  };
}

/** Each subscriber has seen a message: from then on none is missed. */
async function untilLive(arrivedAt: ReadonlyMap<string, number>): Promise<void> {
  const waiting = new Set(Array.from({ length: SUBSCRIBERS }, (_, n) => n));
  await eventually(
    async () => {
      for (const n of waiting) {
        const { messageId = '' } = await rig.send(contact(n));
        if (
          await eventually(() => expect(arrivedAt.has(messageId)).toBe(true), { timeoutMs: 3_000 }).then(
            Boolean,
            Boolean,
          )
        )
          waiting.delete(n);
      }
      expect(waiting.size).toBe(0);
    },
    { timeoutMs: 120_000 },
  );
}

/** So many begin in each second, however long their answers take; resolves when all are answered. */
async function sendSteadily(): Promise<readonly HistoryEntry[]> {
  const sending: Promise<HistoryEntry>[] = [];
  const began = performance.now();
  while (performance.now() - began < FOR_MS) {
    const due = ((performance.now() - began) / 1_000) * SENDS_PER_SECOND;
    // After the test itself stood still: not all of it at once.
    for (let n = 0; sending.length < due && n < SENDS_AT_ONCE; n += 1)
      sending.push(rig.send(contact(sending.length % SUBSCRIBERS)));
    await pause(10);
  }
  return Promise.all(sending);
}

type Samples = readonly (readonly number[])[];

/** Of each role's process, once a second. */
function watchMemory() {
  const samples: number[][] = [];
  const stopping = new AbortController();
  const watching = (async () => {
    while (!stopping.signal.aborted) {
      samples.push(await Promise.all(ROLES.map((role) => residentBytes(rig.process(role).pid))));
      await pause(SAMPLE_EVERY_MS, stopping.signal);
    }
  })();
  return {
    async stop(): Promise<Samples> {
      stopping.abort();
      await watching;
      return samples;
    },
  };
}

/** Of each process the median of the fourth minute and of the last one, in MiB; none where it didn't run as long. */
function memoryOf(samples: Samples) {
  const from = WARM_MS / SAMPLE_EVERY_MS;
  const minute = 60_000 / SAMPLE_EVERY_MS;
  if (samples.length < from + 2 * minute) return [];
  return ROLES.map((role, index) => {
    const medianOf = (some: Samples) =>
      at(
        some.map((sample) => sample[index] ?? 0).sort((a, b) => a - b),
        0.5,
      ) / 1_048_576;
    return { role, fourth: medianOf(samples.slice(from, from + minute)), last: medianOf(samples.slice(-minute)) };
  });
}

const at = (sorted: readonly number[], share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
