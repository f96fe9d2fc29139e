import type { Batch } from 'kafkajs';
import { PositionOutOfRangeError, type ConsumerOptions, type LogRecord } from '../event-log.js';
import { refuseOutOfRange, type KeptRange } from '../start-positions.js';
import { isAstray, toRecords } from './fetched-batch.js';

/** As many as the embedded log hands over. */
const BATCH_RECORDS_MAX = 500;
/** A fetch that was under way before a seek is over with the next one; so many in a row mean that the record is gone. */
const ASTRAY_MAX = 5;

export interface HandlingDependencies {
  readonly options: ConsumerOptions;
  /** Runs a handler when it is this partition's turn, and one of the few that run at once. */
  handling(work: () => Promise<void>): Promise<void>;
  readRange(): Promise<KeptRange>;
}

export interface BatchHandlerOptions extends HandlingDependencies {
  readonly partition: number;
  /** From then on no handler begins. */
  isGone(): boolean;
  /** Told of each step forward. */
  handled(nextOffset: bigint): void;
}

/** Hands fetched batches of one partition over. */
export interface BatchHandler {
  /**
   * Does nothing where the batch isn't the one that comes next, or it isn't known yet which one that is.
   * @throws PositionOutOfRangeError what should come next isn't there; or what the handler threw
   */
  handle(batch: Batch, position: bigint | undefined): Promise<void>;
  /** Resolves after the handler that may be running settled. */
  settled(): Promise<void>;
}

export function createBatchHandler(deps: BatchHandlerOptions): BatchHandler {
  const { options, partition, isGone } = deps;
  let running: Promise<void> = Promise.resolve();
  let astrayInARow = 0;

  /** kafkajs resets an offset that isn't there, silently: whatever doesn't begin where it should is looked into. */
  const refuseLost = async (batch: Batch, position: bigint) => {
    astrayInARow += 1;
    refuseOutOfRange(options.topic, partition, position, await deps.readRange());
    if (astrayInARow < ASTRAY_MAX) return;
    const found = batch.firstOffset() ?? 'nothing';
    throw new PositionOutOfRangeError(
      `Partition ${partition} of ${options.topic} should have ${position}, and goes on with ${found}.`,
    );
  };
  const handOver = async (records: readonly LogRecord[], readFrom: bigint, head: bigint) => {
    const last = records.at(-1);
    if (isGone() || last === undefined) return;
    const nextOffset = last.offset + 1n;
    running = toPromise(() => options.handle({ partition, readFrom, records, nextOffset, head }));
    await running;
    deps.handled(nextOffset);
  };
  return {
    async handle(batch, position) {
      if (position === undefined) return;
      if (isAstray(options.topic, position, batch)) {
        await refuseLost(batch, position);
        return;
      }
      astrayInARow = 0;
      const all = toRecords(batch);
      const head = BigInt(batch.highWatermark);
      for (let at = 0, readFrom = position; at < all.length && !isGone(); at += BATCH_RECORDS_MAX) {
        const records = all.slice(at, at + BATCH_RECORDS_MAX);
        const from = readFrom;
        await deps.handling(() => handOver(records, from, head));
        readFrom = (records.at(-1)?.offset ?? readFrom) + 1n;
      }
    },
    settled: () => running.catch(() => undefined),
  };
}

/** What it throws at once is a rejection too. */
const toPromise = async (work: () => Promise<void>): Promise<void> => work();
