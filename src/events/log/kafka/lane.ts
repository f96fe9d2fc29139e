import type { Batch } from 'kafkajs';
import { pause } from '../../../lifecycle.js';
import { FatalConsumerError, PositionOutOfRangeError } from '../event-log.js';
import { createBatchHandler, type HandlingDependencies } from './batch-handler.js';

const RETRY_FIRST_MS = 50;
/** The port allows 5 s; a shorter one lets everything be well again sooner after an outage. */
const RETRY_MAX_MS = 2_000;

/** What a lane may do to its partition in kafkajs's consumer. */
export interface LaneControls {
  seek(position: bigint): void;
  pause(): void;
  resume(): void;
}

export interface LaneDependencies extends HandlingDependencies {
  readonly controls: LaneControls;
  /** Where to read, asked anew. @throws PositionOutOfRangeError, FatalConsumerError, or what may be tried again */
  ask(): Promise<bigint>;
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
  /** Asks anew where to read, unless it is at a batch: that one's commit fails, and then it asks too. */
  goBack(error: Error): void;
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
  const isGone = () => gone.signal.aborted;
  let position: bigint | undefined;
  let failures = 0;
  const brake = createBrake(controls);
  /** What is being done; batches that come meanwhile are dropped, for kafkajs fetches them again. */
  let busy: Promise<void> | undefined;

  const moveTo = (to: bigint) => {
    position = to;
    deps.moved(to);
  };
  const handled = (nextOffset: bigint) => {
    failures = 0;
    if (!isGone()) moveTo(nextOffset);
  };
  const handler = createBatchHandler({ ...deps, partition, isGone, handled });
  const occupy = (work: () => Promise<void>): Promise<void> => (busy = work().then(release, fail));
  const release = () => {
    busy = undefined;
    if (isGone()) return;
    if (position !== undefined) controls.seek(position);
    brake.release();
  };
  const fail = (error: unknown): void => {
    if (isGone()) return;
    if (isFinal(error)) return deps.giveUp(error);
    options.onError?.(error);
    // Not awaited: whoever waits for this partition goes on with the others.
    void occupy(recover);
    brake.pull();
  };
  const recover = async () => {
    await pause(backOffMs(failures), gone.signal);
    failures += 1;
    if (!isGone()) moveTo(await deps.ask());
  };
  void occupy(async () => moveTo(await first));
  return {
    position: () => (isGone() ? undefined : position),
    take: (batch) => busy ?? occupy(() => handler.handle(batch, position)),
    holdUp: () => (isGone() || busy === undefined ? undefined : brake.pull()),
    goBack: (error) => (busy === undefined ? fail(error) : undefined),
    leave: () => gone.abort(),
    settled: handler.settled,
  };
}

/** Whether its partition is paused. */
function createBrake(controls: LaneControls) {
  let isPulled = false;
  return {
    pull() {
      isPulled = true;
      controls.pause();
    },
    release() {
      if (isPulled) controls.resume();
      isPulled = false;
    },
  };
}
