/** What was waiting is more than this process should hold: the caller may try again later. */
export class MicroBatchFullError extends Error {
  override readonly name = 'MicroBatchFullError';
}

export interface MicroBatchOptions<Item, Result> {
  readonly sizeMax: number;
  /** Items that may wait at once; one more is refused with `MicroBatchFullError`. */
  readonly waitingMax: number;
  /** One result per item, in order; what it throws every item of the batch is told. */
  readonly run: (items: readonly Item[]) => Promise<readonly Result[]>;
}

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Group commit: one batch is in flight, and the next is whatever gathered meanwhile. Under load one statement then
 * serves many callers; a lone caller waits for nobody.
 */
export function createMicroBatch<Item, Result>(
  options: MicroBatchOptions<Item, Result>,
): (item: Item) => Promise<Result> {
  const waiting: Waiting<Item, Result>[] = [];
  let isRunning = false;

  const drain = async () => {
    // One turn later: callers of the same turn share the first batch too.
    await Promise.resolve();
    while (waiting.length > 0) await runBatch(waiting.splice(0, options.sizeMax), options.run);
    isRunning = false;
  };
  return (item) =>
    new Promise<Result>((resolve, reject) => {
      if (waiting.length >= options.waitingMax) {
        reject(new MicroBatchFullError(`More than ${options.waitingMax} are waiting.`));
        return;
      }
      waiting.push({ item, resolve, reject });
      if (isRunning) return;
      isRunning = true;
      void drain();
    });
}

async function runBatch<Item, Result>(
  batch: readonly Waiting<Item, Result>[],
  run: (items: readonly Item[]) => Promise<readonly Result[]>,
): Promise<void> {
  try {
    const results = await run(batch.map(({ item }) => item));
    if (results.length !== batch.length) throw new RangeError('A batch answers each of its items.');
    results.forEach((result, index) => batch[index]?.resolve(result));
  } catch (error) {
    for (const { reject } of batch) reject(error);
  }
}
