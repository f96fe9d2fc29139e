import type { Pool } from 'pg';
import { heardByMany, pause } from '../../../lifecycle.js';
import type { ConsumerOptions, ConsumerPosition, LogConsumer } from '../event-log.js';
import type { Heads } from './heads.js';
import { pumpPartition } from './pump.js';
import { readKeptRanges } from './read-batch.js';
import { createSlots } from '../slots.js';
import { startPositions, wentBack } from '../start-positions.js';

/** Each handler holds a transaction, and so a connection, of the pool that everybody shares. */
const HANDLERS_AT_ONCE_MAX = 4;

export interface ConsumerDependencies {
  readonly pool: Pool;
  readonly heads: Heads;
  readonly lookBackEveryMs: number;
}

export interface PostgresConsumer extends LogConsumer {
  positions(): readonly ConsumerPosition[];
}

/** @throws PositionOutOfRangeError when `startAt` names a position that the log doesn't have */
export async function startConsumer(deps: ConsumerDependencies, options: ConsumerOptions): Promise<PostgresConsumer> {
  const { pool, heads } = deps;
  const startAt = await options.startAt();
  // After the positions: read before them, the head could be older than a position that is right.
  const ranges = await readKeptRanges(pool, options.topic);
  const starts = startPositions(options.topic, startAt, ranges);
  for (const [partition, range] of ranges.entries()) heads.raise(options.topic, partition, range.head);
  // Each partition's pump listens while it backs off: with Postgres away all of them.
  const stopping = heardByMany();
  const wakes = createWakes(deps.heads, options, stopping.signal);
  const slots = createSlots(HANDLERS_AT_ONCE_MAX);
  const { topic, group } = options;
  const next = [...starts];
  const moved = (partition: number, position: bigint) => (next[partition] = position);
  const back = new Set<number>();
  const isBack = (partition: number) => back.delete(partition);
  const pumpDeps = { pool, heads, options, slots, signal: stopping.signal, wake: wakes.wake, moved, isBack };
  const pumps = starts.map((start, partition) => pumpPartition(pumpDeps, partition, start));
  const goBack = (partition: number) => {
    back.add(partition);
    wakes.release(partition);
  };
  void lookBack({ options, next, goBack, everyMs: deps.lookBackEveryMs }, stopping.signal);
  // One that gives up stops the others; whoever waits for the end hears of it after the last handler settled.
  for (const pump of pumps) pump.catch(() => stopping.abort());
  const closed = Promise.allSettled(pumps).then((results) => {
    wakes.stop();
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  });
  closed.catch(() => undefined);
  return {
    closed,
    positions: () => next.map((nextOffset, partition) => ({ group, topic, partition, nextOffset })),
    async stop() {
      stopping.abort();
      await Promise.allSettled(pumps);
    },
  };
}

interface LookingBack {
  readonly options: ConsumerOptions;
  /** By partition, what is read next. */
  readonly next: readonly bigint[];
  readonly everyMs: number;
  goBack(partition: number): void;
}

/** With nothing new to read no commit would ever fail on a position that went back. Until the signal fires. */
async function lookBack({ options, next, goBack, everyMs }: LookingBack, signal: AbortSignal): Promise<void> {
  for (;;) {
    await pause(everyMs, signal);
    if (signal.aborted) return;
    const positions = [...next.entries()];
    // Postgres may be away: then the next look tells.
    const stored = await options.startAt().catch(() => 'end' as const);
    for (const [partition, error] of wentBack(options.topic, positions, stored)) {
      options.onError?.(error);
      goBack(partition);
    }
  }
}

function createWakes(heads: Heads, options: ConsumerOptions, signal: AbortSignal) {
  const waiting = new Map<number, () => void>();
  const release = (partition: number) => {
    waiting.get(partition)?.();
    waiting.delete(partition);
  };
  const releaseAll = () => {
    for (const partition of [...waiting.keys()]) release(partition);
  };
  const stopListening = heads.onRise((topic, partition) => {
    if (topic === options.topic) release(partition);
  });
  signal.addEventListener('abort', releaseAll);
  return {
    release,
    wake: (partition: number) =>
      new Promise<void>((resolve) => {
        if (signal.aborted) resolve();
        else waiting.set(partition, resolve);
      }),
    stop: () => {
      stopListening();
      signal.removeEventListener('abort', releaseAll);
    },
  };
}
