/** Somebody who waits for the outcome of an item. Settling twice does nothing. */
export interface Waiter<Item, Result> {
  readonly item: Item;
  readonly bytes: number;
  /** Names what the item is written to, where `laneBytesMax` bounds that too. */
  readonly lane: number;
  /** On the clock of `performance.now()`, in milliseconds. */
  readonly deadline: number;
  resolve(result: Result): void;
  reject(reason: unknown): void;
}

export interface QueueBounds {
  readonly batchItemsMax: number;
  readonly batchBytesMax: number;
  /** Of one lane within a batch; absent where only the whole batch is bounded. */
  readonly laneBytesMax?: number;
  readonly queueItemsMax: number;
  readonly queueBytesMax: number;
}

export interface WaitingQueue<Item, Result> {
  readonly length: number;
  hasRoomFor(bytes: number): boolean;
  push(waiter: Waiter<Item, Result>): void;
  /** The next batch, in order: as many as the bounds allow, and at least one. */
  takeBatch(): Waiter<Item, Result>[];
  /** Those whose deadline is past, in order. */
  takeLate(now: number): Waiter<Item, Result>[];
  /** False when it was handed over already. */
  withdraw(waiter: Waiter<Item, Result>): boolean;
}

export function createWaitingQueue<Item, Result>(bounds: QueueBounds): WaitingQueue<Item, Result> {
  const waiters: Waiter<Item, Result>[] = [];
  let bytes = 0;
  const take = (from: number, count: number) => {
    const taken = waiters.splice(from, count);
    for (const waiter of taken) bytes -= waiter.bytes;
    return taken;
  };
  return {
    get length() {
      return waiters.length;
    },
    hasRoomFor: (more) => waiters.length < bounds.queueItemsMax && bytes + more <= bounds.queueBytesMax,
    push(waiter) {
      waiters.push(waiter);
      bytes += waiter.bytes;
    },
    takeBatch: () => take(0, batchSize(waiters, bounds)),
    takeLate(now) {
      // All wait equally long, so the late ones stand in front.
      const inTime = waiters.findIndex((waiter) => waiter.deadline > now);
      return take(0, inTime === -1 ? waiters.length : inTime);
    },
    withdraw(waiter) {
      const at = waiters.indexOf(waiter);
      return at !== -1 && take(at, 1).length === 1;
    },
  };
}

/** A bound lets a single large item through: the first of the batch, the first of its lane. */
function batchSize(waiters: readonly { readonly bytes: number; readonly lane: number }[], bounds: QueueBounds): number {
  const { laneBytesMax = Infinity } = bounds;
  const laneBytes = new Map<number, number>();
  let bytes = 0;
  let count = 0;
  for (const waiter of waiters) {
    bytes += waiter.bytes;
    if (count === bounds.batchItemsMax || (count > 0 && bytes > bounds.batchBytesMax)) break;
    const before = laneBytes.get(waiter.lane) ?? 0;
    if (before > 0 && before + waiter.bytes > laneBytesMax) break;
    laneBytes.set(waiter.lane, before + waiter.bytes);
    count += 1;
  }
  return count;
}
