import { pause } from '../../lifecycle.js';
import type { EventLog, RecordBatch, StartAt, Topic } from './event-log.js';
import { passingGroup } from './passing-group.js';
import { createTurns } from './turns.js';

export interface ReadUpToOptions {
  readonly topic: Topic;
  /** For each partition the offset to begin with; default: the first that is kept. */
  readonly from?: readonly bigint[] | undefined;
  /** For each partition the offset that is not read any more: at most the head. */
  readonly until: readonly bigint[];
  /** One batch at a time, of whatever partition; without what lies at `until` or beyond. */
  readonly handle: (batch: RecordBatch) => Promise<void>;
  /** Ends the reading after the batch that is being handled. */
  readonly signal: AbortSignal;
}

const LOOK_EVERY_MS = 500;
/** Of a compacted topic the last records may be gone, and then nothing comes where something was expected. */
const SILENCE_MS_MAX = 20_000;

/**
 * Reads a topic up to where it ended once, in a group of its own. What comes after it may come.
 * @returns how many offsets at the ends held nothing any more
 * @throws what `handle` throws, what the log throws that can't be read, and the signal's reason
 */
export async function readUpTo(log: EventLog, options: ReadUpToOptions): Promise<bigint> {
  const { topic, until, signal } = options;
  const group = passingGroup('reader');
  const reading = createReading(options);
  signal.throwIfAborted();
  const onAbort = () => reading.fail(signal.reason);
  signal.addEventListener('abort', onAbort);
  const turns = createTurns();
  const handle = (batch: RecordBatch) => turns.use('batch', () => reading.take(batch));
  // Asked again and again, as if somebody else could have moved it: where it stands is where it goes on.
  const startAt = () => Promise.resolve<StartAt>(options.from === undefined ? 'beginning' : reading.positions());
  const consumer = await log.consume({ topic, group, startAt, handle, onError: reading.fail });
  consumer.closed.catch(reading.fail);
  try {
    for (;;) {
      // A driver that passes over what was erased says so by its position alone.
      for (const one of log.positions()) if (one.group === group) reading.reached(one.partition, one.nextOffset);
      if (await reading.isOver(LOOK_EVERY_MS))
        return until.reduce((sum, end, at) => sum + missing(end, reading.next(at)), 0n);
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    await consumer.stop();
  }
}

const missing = (end: bigint, next: bigint): bigint => (end > next ? end - next : 0n);

/** How far it is, and whether it goes on. */
function createReading({ from, until, handle }: ReadUpToOptions) {
  const next = until.map((_, partition) => from?.[partition] ?? 0n);
  const failed: { error?: unknown; has: boolean } = { has: false };
  const ending = new AbortController();
  let heardAt = performance.now();
  const isDone = () => until.every((end, partition) => (next[partition] ?? 0n) >= end);
  const endOf = (partition: number) => until[partition] ?? 0n;
  const reached = (partition: number, offset: bigint) => {
    const end = endOf(partition);
    const at = offset < end ? offset : end;
    if (at <= (next[partition] ?? 0n)) return;
    next[partition] = at;
    heardAt = performance.now();
    if (isDone()) ending.abort();
  };
  const fail = (error: unknown) => {
    if (!failed.has) Object.assign(failed, { error, has: true });
    ending.abort();
  };
  return {
    reached,
    fail,
    positions: (): readonly bigint[] => [...next],
    next: (partition: number) => next[partition] ?? 0n,
    async take(batch: RecordBatch): Promise<void> {
      if (ending.signal.aborted) return;
      const records = batch.records.filter(({ offset }) => offset < endOf(batch.partition));
      try {
        if (records.length > 0) await handle({ ...batch, records });
      } catch (error) {
        fail(error);
        return;
      }
      reached(batch.partition, batch.nextOffset);
      heardAt = performance.now();
    },
    /** After so many milliseconds at the latest. @throws what it failed with */
    async isOver(withinMs: number): Promise<boolean> {
      if (!isDone()) await pause(withinMs, ending.signal);
      if (failed.has) throw failed.error;
      return isDone() || performance.now() - heardAt > SILENCE_MS_MAX;
    },
  };
}
