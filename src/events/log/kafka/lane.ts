import type { Batch } from 'kafkajs';
import { pause } from '../../../lifecycle.js';
import { FatalConsumerError, PositionOutOfRangeError, type ConsumerOptions, type LogRecord } from '../event-log.js';
import { refuseOutOfRange, type KeptRange } from '../start-positions.js';
import { isAstray, toRecords } from './fetched-batch.js';

/** As many as the embedded log hands over. */
const BATCH_RECORDS_MAX = 500;
const RETRY_FIRST_MS = 50;
/** The port allows 5 s; a shorter one lets everything be well again sooner after an outage. */
const RETRY_MAX_MS = 2_000;
/** A fetch that was under way before a seek is over with the next one; so many in a row mean that the record is gone. */
const ASTRAY_MAX = 5;

/** What a lane may do to its partition in kafkajs's consumer. */
export interface LaneControls {
  seek(position: bigint): void;
  pause(): void;
  resume(): void;
}

export interface LaneDependencies {
  readonly options: ConsumerOptions;
  readonly controls: LaneControls;
  /** Runs a handler when it is this partition's turn, and one of the few that run at once. */
  handling(work: () => Promise<void>): Promise<void>;
  /** Where to read, asked anew. @throws PositionOutOfRangeError, FatalConsumerError, or what may be tried again */
  ask(): Promise<bigint>;
  readRange(): Promise<KeptRange>;
  /** Told of each step forward or back, the start included. */
  moved(position: bigint): void;
  /** The whole consumer must end. */
  giveUp(error: unknown): void;
}

/** A partition for as long as it is assigned to this consumer. */
export interface Lane {
  /** Undefined until it is known where to read. */
  position(): bigint | undefined;
  /** Resolves when the batch was handled, or can't be for now: then the partition is paused, and goes on by itself. */
  take(batch: Batch): Promise<void>;
  /** Fetches no more until what is being done is over. */
  holdUp(): void;
  /** The partition is no longer ours, or everything ends: no handler begins any more. */
  leave(): void;
  /** Resolves after the handler that may be running settled. */
  settled(): Promise<void>;
}

export const isFinal = (error: unknown): boolean =>
  error instanceof PositionOutOfRangeError || error instanceof FatalConsumerError;

export const backOffMs = (failures: number): number => Math.min(RETRY_FIRST_MS * 2 ** failures, RETRY_MAX_MS);

/** @param first where to read first, as soon as it is known */
export function createLane(partition: number, first: Promise<bigint>, deps: LaneDependencies): Lane {
  const { options, controls } = deps;
  const gone = new AbortController();
  let position: bigint | undefined;
  let failures = 0;
  let isHeldUp = false;
  /** What is being done; batches that come meanwhile are dropped, for kafkajs fetches them again. */
  let busy: Promise<void> | undefined;
  let running: Promise<void> = Promise.resolve();

  const moveTo = (to: bigint) => {
    position = to;
    deps.moved(to);
  };
  const holdUp = () => {
    if (gone.signal.aborted || busy === undefined) return;
    isHeldUp = true;
    controls.pause();
  };
  const occupy = (work: () => Promise<void>): Promise<void> => (busy = work().then(release, fail));
  const release = () => {
    busy = undefined;
    if (gone.signal.aborted) return;
    if (position !== undefined) controls.seek(position);
    if (isHeldUp) controls.resume();
    isHeldUp = false;
  };
  const fail = (error: unknown) => {
    if (gone.signal.aborted) return;
    if (isFinal(error)) return deps.giveUp(error);
    options.onError?.(error);
    // Not awaited: whoever waits for this partition goes on with the others.
    void occupy(recover);
    holdUp();
  };
  const recover = async () => {
    await pause(backOffMs(failures), gone.signal);
    failures += 1;
    if (!gone.signal.aborted) moveTo(await deps.ask());
  };
  const handle = (records: readonly LogRecord[], readFrom: bigint, head: bigint): Promise<void> =>
    deps.handling(async () => {
      const last = records.at(-1);
      if (gone.signal.aborted || last === undefined) return;
      const nextOffset = last.offset + 1n;
      running = toPromise(() => options.handle({ partition, readFrom, records, nextOffset, head }));
      await running;
      failures = 0;
      if (!gone.signal.aborted) moveTo(nextOffset);
    });
  const stray = createStrayCheck(options, partition, deps.readRange);
  const handleAll = async (batch: Batch) => {
    if (position === undefined || (await stray.refuses(batch, position))) return;
    const records = toRecords(batch);
    const head = BigInt(batch.highWatermark);
    for (let at = 0; at < records.length && !gone.signal.aborted; at += BATCH_RECORDS_MAX) {
      await handle(records.slice(at, at + BATCH_RECORDS_MAX), position, head);
    }
  };
  void occupy(async () => moveTo(await first));
  return {
    position: () => (gone.signal.aborted ? undefined : position),
    take: (batch) => busy ?? occupy(() => handleAll(batch)),
    holdUp,
    leave: () => gone.abort(),
    settled: () => running.catch(() => undefined),
  };
}

/** What it throws at once is a rejection too. */
const toPromise = async (work: () => Promise<void>): Promise<void> => work();

/** kafkajs resets an offset that isn't there, silently: whatever doesn't begin where it should is looked into. */
function createStrayCheck({ topic }: ConsumerOptions, partition: number, readRange: () => Promise<KeptRange>) {
  let inARow = 0;
  return {
    /** True: it is to be fetched again. @throws PositionOutOfRangeError there is nothing to fetch */
    async refuses(batch: Batch, position: bigint): Promise<boolean> {
      if (!isAstray(topic, position, batch)) {
        inARow = 0;
        return false;
      }
      inARow += 1;
      refuseOutOfRange(topic, partition, position, await readRange());
      if (inARow < ASTRAY_MAX) return true;
      throw new PositionOutOfRangeError(
        `Partition ${partition} of ${topic} should have ${position}, and begins with ${batch.firstOffset() ?? 'nothing'}.`,
      );
    },
  };
}
