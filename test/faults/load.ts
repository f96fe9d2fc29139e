import { monitorEventLoopDelay } from 'node:perf_hooks';
import { expect } from 'vitest';
import { pause } from '../../src/lifecycle.js';
import { eventually } from '../support/eventually.js';
import type { HistoryEntry, Rig } from './rig.js';

/** Promised are 5 s (rule 2); the rest is the way there and back. */
const ANSWER_WITHIN_MS = 5_500;

/** How long this process stood still at most since the load began: on a busy machine Parley's do so too. */
const stalls = monitorEventLoopDelay({ resolution: 20 });
stalls.enable();
/** Whoever begins a load calls it: what other tests of this process met is no excuse. */
export const watchStalls = (): void => stalls.reset();
const stalledMs = () => stalls.max / 1_000_000;

export interface TriedSend {
  readonly entry: HistoryEntry;
  /** Until its answer. */
  readonly ms: number;
}

/** Sends that go on while something is broken. */
export interface Load {
  readonly tried: readonly TriedSend[];
  /** When the first send was acknowledged that began after that time. */
  firstAcknowledgedAfter(time: number, withinMs: number): Promise<number>;
  /** Resolves when so many more were acknowledged. */
  untilAcknowledged(count: number): Promise<void>;
  stop(): Promise<void>;
}

export interface LoadOptions {
  /** Each writes to a contact of its own, one message after another. */
  readonly senders: number;
  /** Between two messages of a sender. */
  readonly pauseMs: number;
}

export function startLoad(rig: Pick<Rig, 'send'>, { senders, pauseMs }: LoadOptions): Load {
  watchStalls();
  const tried: TriedSend[] = [];
  let isStopping = false;
  const sendAll = async (sender: number) => {
    while (!isStopping) {
      const began = performance.now();
      const entry = await rig.send(`+1555010${String(3_000 + sender)}`);
      tried.push({ entry, ms: performance.now() - began });
      await pause(pauseMs);
    }
  };
  const going = Promise.all(Array.from({ length: senders }, (_, sender) => sendAll(sender)));
  const acknowledged = () => tried.filter(({ entry }) => entry.acknowledgedAt !== undefined);
  return {
    tried,
    firstAcknowledgedAfter: (time, withinMs) =>
      eventually(
        () => {
          const [first] = acknowledged()
            .filter(({ entry }) => entry.startedAt > time)
            .toSorted(({ entry: one }, { entry: other }) => Number(one.acknowledgedAt) - Number(other.acknowledgedAt));
          if (first?.entry.acknowledgedAt === undefined) throw new Error('No send was acknowledged.');
          return first.entry.acknowledgedAt;
        },
        { timeoutMs: withinMs },
      ),
    async untilAcknowledged(count) {
      const before = acknowledged().length;
      await eventually(() => expect(acknowledged().length - before).toBeGreaterThanOrEqual(count), {
        timeoutMs: 30_000,
      });
    },
    async stop() {
      isStopping = true;
      await going;
    },
  };
}

/** Each send was acknowledged, or told within 5 s that it isn't known, with a time after which to try again. */
export function expectAnsweredInTime({ tried }: Pick<Load, 'tried'>): void {
  const unexpected = tried.filter(({ entry: { acknowledgedAt, failure = '' } }) => {
    return acknowledgedAt === undefined && !(failure.includes('"UNAVAILABLE"') && failure.includes('"retryAfterMs"'));
  });
  expect(unexpected, 'a send that is not acknowledged is UNAVAILABLE').toEqual([]);
  const slowestMs = Math.max(...tried.map(({ ms }) => ms));
  console.log(
    `slowest answer ${Math.round(slowestMs)} ms; the test itself stood still for ${Math.round(stalledMs())} ms`,
  );
  // Once in each of the two processes.
  expect(slowestMs, 'slowest answer, in ms').toBeLessThan(ANSWER_WITHIN_MS + 2 * stalledMs());
}
