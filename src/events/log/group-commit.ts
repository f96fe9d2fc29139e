import { LogUnavailableError } from './event-log.js';
import { createWaitingQueue, type QueueBounds, type Waiter, type WaitingQueue } from './waiting-queue.js';

export interface GroupCommitOptions<Item, Result> extends QueueBounds {
  /**
   * Writes one batch, in order, and answers for each item its result, or why it isn't known whether it was written.
   * Never called while an earlier call is unsettled. What it throws holds for the whole batch.
   */
  readonly write: (items: readonly Item[]) => Promise<readonly (Result | LogUnavailableError)[]>;
  /** What an item weighs against the bounds. */
  readonly bytesOf: (item: Item) => number;
  /** Names what it is written to; only for `laneBytesMax`. */
  readonly laneOf?: (item: Item) => number;
  /** Nobody waits longer than this, whatever `write` does. */
  readonly waitMaxMs: number;
}

export interface GroupCommit<Item, Result> {
  /**
   * Concurrent callers share batches, in the order of their calls. The signal takes an item out of the queue if it
   * wasn't handed over yet; the promise then rejects with the signal's reason.
   * @throws LogUnavailableError it isn't known whether it was written
   */
  add(item: Item, signal?: AbortSignal): Promise<Result>;
  /**
   * Refuses what comes from now on, and resolves when everybody who waited was told. A `write` that still hangs after
   * that is nobody's any more: it isn't waited for.
   */
  close(): Promise<void>;
}

const LOOK_EVERY_MS = 100;

/** One write in flight; the next batch is whatever gathered meanwhile. */
export function createGroupCommit<Item, Result>(options: GroupCommitOptions<Item, Result>): GroupCommit<Item, Result> {
  const queue = createWaitingQueue<Item, Result>(options);
  let inFlight: readonly Waiter<Item, Result>[] = [];
  let running: Promise<void> | undefined;
  let isClosed = false;
  let tellClosed: () => void = () => undefined;
  const everybodyTold = new Promise<void>((resolve) => (tellClosed = resolve));

  const giveUpLate = () => {
    const now = performance.now();
    for (const waiter of queue.takeLate(now))
      waiter.reject(new LogUnavailableError('The log did not take it in time.'));
    for (const waiter of inFlight) {
      if (waiter.deadline <= now) waiter.reject(new LogUnavailableError('The log did not answer in time.'));
    }
    if (isClosed && queue.length === 0 && inFlight.every(({ deadline }) => deadline <= now)) tellClosed();
  };
  const writeAll = async () => {
    const watch = setInterval(giveUpLate, LOOK_EVERY_MS);
    // A turn later: whoever appends in the same turn shares the first batch.
    await Promise.resolve();
    while (queue.length > 0) {
      inFlight = queue.takeBatch();
      await settle(inFlight, options.write);
      inFlight = [];
    }
    clearInterval(watch);
    running = undefined;
  };

  return {
    add(item, signal) {
      const bytes = options.bytesOf(item);
      if (signal?.aborted) return Promise.reject(asError(signal.reason));
      if (isClosed) return Promise.reject(new LogUnavailableError('The log is closed.'));
      if (!queue.hasRoomFor(bytes)) return Promise.reject(new LogUnavailableError('Too much waits for the log.'));
      const lane = options.laneOf?.(item) ?? 0;
      const deadline = performance.now() + options.waitMaxMs;
      const { promise, waiter } = waitFor<Item, Result>({ item, bytes, lane, deadline });
      queue.push(waiter);
      running ??= writeAll();
      return signal === undefined ? promise : withdrawOnAbort(queue, promise, waiter, signal);
    },
    async close() {
      isClosed = true;
      await Promise.race([running, everybodyTold]);
    },
  };
}

function withdrawOnAbort<Item, Result>(
  queue: WaitingQueue<Item, Result>,
  promise: Promise<Result>,
  waiter: Waiter<Item, Result>,
  signal: AbortSignal,
): Promise<Result> {
  const onAbort = () => {
    if (queue.withdraw(waiter)) waiter.reject(asError(signal.reason));
  };
  signal.addEventListener('abort', onAbort);
  return promise.finally(() => signal.removeEventListener('abort', onAbort));
}

function waitFor<Item, Result>(what: Omit<Waiter<Item, Result>, 'resolve' | 'reject'>) {
  let waiter: Waiter<Item, Result> | undefined;
  const promise = new Promise<Result>((resolve, reject) => {
    waiter = { ...what, resolve, reject };
  });
  if (waiter === undefined) throw new TypeError('A promise runs its executor at once.');
  return { promise, waiter };
}

async function settle<Item, Result>(
  waiters: readonly Waiter<Item, Result>[],
  write: GroupCommitOptions<Item, Result>['write'],
): Promise<void> {
  try {
    const results = await write(waiters.map((waiter) => waiter.item));
    for (const [index, waiter] of waiters.entries()) {
      const result = results[index];
      if (result === undefined) waiter.reject(new LogUnavailableError('The log gave no position.'));
      else if (result instanceof LogUnavailableError) waiter.reject(result);
      else waiter.resolve(result);
    }
  } catch (cause) {
    const error = new LogUnavailableError('It is not known whether the log has the record.', { cause });
    for (const waiter of waiters) waiter.reject(error);
  }
}

const asError = (reason: unknown): Error =>
  reason instanceof Error ? reason : new Error('The append was withdrawn.', { cause: reason });
