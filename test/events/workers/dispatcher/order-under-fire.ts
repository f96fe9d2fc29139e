import { expect } from 'vitest';
import { openDatabase } from '../../../../src/database/open-database.js';
import { pause } from '../../../../src/lifecycle.js';
import { eventually } from '../../../support/eventually.js';
import { testLog } from '../../../support/log.js';
import type { CarrierAnswer, CarrierCall } from '../../../support/scripted-carrier.js';
import { createSeededRandom } from '../../../support/seeded-random.js';
import { openDispatchRig, type DispatchRig } from './dispatch-rig.js';

export interface Battle {
  readonly seed: number;
  readonly conversations: number;
  /** Messages of each. */
  readonly messages: number;
  readonly timeoutMs: number;
}

/** A throttled call stops its channel for a second: over several of them the rest goes on. */
const CHANNELS = 8;
const DISPATCHERS = 3;

type Fate = 'accepted' | 'throttled' | 'unavailable' | 'refused' | 'dropped';
/** What is left of a hundred is accepted. */
const PERCENT: readonly (readonly [Fate, number])[] = [
  ['throttled', 0.5],
  ['unavailable', 3],
  ['refused', 3],
  ['dropped', 3],
];
const ANSWERS: Readonly<Record<Fate, CarrierAnswer>> = {
  accepted: 'accept',
  dropped: 'drop',
  refused: { status: 422, body: { error: { code: 'content_rejected', message: 'No.' } } },
  unavailable: { status: 503, body: { error: { code: 'unavailable', message: 'Not now.' } } },
  throttled: {
    status: 429,
    body: { error: { code: 'rate_limited', message: 'Too many.' } },
    headers: { 'retry-after': '1' },
  },
};
const isPutOff = (fate: Fate | undefined) => fate === 'throttled' || fate === 'unavailable';

/** A call as the provider saw it. */
interface Seen {
  readonly message: number;
  readonly fate: Fate;
}

/**
 * Conversations with many messages each, a provider that does anything, and three dispatchers on one Postgres: each
 * conversation's calls must come in order, a message that was put off before anything behind it, and none twice.
 */
export async function fightForOrder({ seed, conversations, messages, timeoutMs }: Battle): Promise<void> {
  const rig = await openDispatchRig();
  const databases = Array.from({ length: DISPATCHERS }, () => openDatabase(rig.url, testLog));
  const seen = Array.from({ length: conversations }, (): Seen[] => []);
  try {
    for (let channel = 1; channel <= CHANNELS; channel += 1) rig.setChannel(channel);
    rig.carrier.script = (call) => meet(call, { seed, seen });
    await Promise.all(databases.map((database) => rig.start({ database, limits: { pollMs: 100 } })));
    await acceptAll(rig, { conversations, messages });
    await eventually(
      async () => {
        const open = await rig.direct.query(
          `select 1 from work.dispatches where state not in ('settled', 'unknown') limit 1`,
        );
        const made = await rig.direct.query<{ count: number }>('select count(*)::int as count from work.dispatches');
        expect([open.rowCount, made.rows[0]?.count]).toEqual([0, conversations * messages]);
      },
      { timeoutMs, everyMs: 250 },
    );
    for (const calls of seen) expectInOrder(calls, messages);
    console.log(`seed ${seed}:`, JSON.stringify(countOf(seen.flat())));
  } finally {
    await rig.close();
    await Promise.all(databases.map((database) => database.close()));
  }
}

async function acceptAll(rig: DispatchRig, { conversations, messages }: Pick<Battle, 'conversations' | 'messages'>) {
  for (let message = 0; message < messages; message += 1) {
    const round = Array.from({ length: conversations }, (_, index) =>
      rig.accept({ thread: index + 1, channel: 1 + (index % CHANNELS), text: `${index}:${message}` }),
    );
    await Promise.all(round);
  }
}

/** The fate of a call is the seed's, whatever the order in which conversations come. */
async function meet(call: CarrierCall, { seed, seen }: { seed: number; seen: Seen[][] }): Promise<CarrierAnswer> {
  const [conversation = 0, message = 0] = call.content.text.split(':').map(Number);
  const calls = seen[conversation] ?? expect.unreachable(`of whom is ${call.content.text}?`);
  const random = createSeededRandom(seed + conversation * 1_000_003 + calls.length * 7_919);
  let left = random.next() * 100;
  const fate = PERCENT.find(([, percent]) => (left -= percent) < 0)?.[0] ?? 'accepted';
  // Noted as it comes in, before any wait: the order is that of the calls, not of the answers.
  calls.push({ message, fate });
  await pause(random.between(0, 5));
  return ANSWERS[fate];
}

/** Each message is called again and again while it is put off, then the next; never one that is done. */
export function expectInOrder(calls: readonly Seen[], messages: number): void {
  let next = 0;
  for (const { message, fate } of calls) {
    expect(message).toBe(next);
    if (!isPutOff(fate)) next += 1;
  }
  expect(next).toBe(messages);
}

function countOf(calls: readonly Seen[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { fate } of calls) counts[fate] = (counts[fate] ?? 0) + 1;
  return counts;
}
