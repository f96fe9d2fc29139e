import type { Pool } from 'pg';
import { pause } from '../../../lifecycle.js';
import { FatalConsumerError, PositionOutOfRangeError, type ConsumerOptions, type RecordBatch } from '../event-log.js';
import type { Heads } from './heads.js';
import { readBatch, readKeptRanges } from './read-batch.js';
import type { Slots } from '../slots.js';
import { startPositions } from '../start-positions.js';

const RETRY_FIRST_MS = 50;
/** The port allows 5 s; a shorter one lets everything be well again sooner after an outage. */
const RETRY_MAX_MS = 2_000;

export interface PumpDependencies {
  readonly pool: Pool;
  readonly heads: Heads;
  readonly options: ConsumerOptions;
  /** At most so many handlers at once: the slots are shared by the pumps of a consumer. */
  readonly slots: Slots;
  readonly signal: AbortSignal;
  /** Told of each step forward or back, the start included. */
  moved(partition: number, position: bigint): void;
  /** True once after the stored position was found before the one that was read up to. */
  isBack(partition: number): boolean;
  /** Resolves when this partition may have something new, and when the signal fires. */
  wake(partition: number): Promise<void>;
}

/**
 * Reads one partition and hands it over, batch after batch, until stopped.
 * @throws PositionOutOfRangeError, FatalConsumerError after which nothing of the consumer may go on
 */
export async function pumpPartition(deps: PumpDependencies, partition: number, start: bigint): Promise<void> {
  const { options, signal, slots } = deps;
  let position = start;
  let failures = 0;
  while (!signal.aborted) {
    if (deps.isBack(partition)) position = await askAgain(deps, partition, position);
    deps.moved(partition, position);
    if (deps.heads.get(options.topic, partition) <= position) {
      await deps.wake(partition);
      continue;
    }
    try {
      position = await slots.use(() => handleNext(deps, partition, position));
      failures = 0;
    } catch (error) {
      if (isFinal(error)) throw error;
      options.onError?.(error instanceof HandlerError ? error.cause : error);
      await pause(Math.min(RETRY_FIRST_MS * 2 ** failures, RETRY_MAX_MS), signal);
      failures += 1;
      if (error instanceof HandlerError) position = await askAgain(deps, partition, position);
    }
  }
}

/** Tells a failure of the handler from one of reading: only after the former the positions are asked for again. */
class HandlerError extends Error {
  constructor(override readonly cause: unknown) {
    super('The handler failed.');
  }
}

const isFinal = (error: unknown): boolean =>
  error instanceof PositionOutOfRangeError || error instanceof FatalConsumerError;

/** The position after the batch. */
async function handleNext(deps: PumpDependencies, partition: number, position: bigint): Promise<bigint> {
  const { pool, heads, options, signal } = deps;
  const isOver = () => signal.aborted;
  if (isOver()) return position;
  const head = heads.get(options.topic, partition);
  const records = await readBatch(pool, { topic: options.topic, partition, from: position });
  const last = records.at(-1);
  if (last === undefined) return passErased(options, partition, position, head);
  if (isOver()) return position;
  const batch: RecordBatch = { partition, readFrom: position, records, nextOffset: last.offset + 1n, head };
  try {
    await options.handle(batch);
  } catch (error) {
    throw isFinal(error) ? error : new HandlerError(error);
  }
  return batch.nextOffset;
}

/** Nothing between the position and the head: on `webhooks` it was erased, on `events` the log lost it. */
function passErased(options: ConsumerOptions, partition: number, position: bigint, head: bigint): bigint {
  if (options.topic === 'webhooks') return head;
  throw new PositionOutOfRangeError(
    `Partition ${partition} of events should have ${position} to ${head}, and has not.`,
  );
}

/** Another process may have moved on. A consumer without stored positions reads the failed batch again. */
async function askAgain(deps: PumpDependencies, partition: number, position: bigint): Promise<bigint> {
  const { options, pool, signal } = deps;
  for (let failures = 0; !signal.aborted; failures += 1) {
    try {
      const startAt = await options.startAt();
      if (typeof startAt === 'string') return position;
      const ranges = await readKeptRanges(pool, options.topic);
      return startPositions(options.topic, startAt, ranges)[partition] ?? position;
    } catch (error) {
      if (isFinal(error)) throw error;
      options.onError?.(error);
      await pause(Math.min(RETRY_FIRST_MS * 2 ** failures, RETRY_MAX_MS), signal);
    }
  }
  return position;
}
