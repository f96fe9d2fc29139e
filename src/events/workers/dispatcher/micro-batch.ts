/** Gathers what comes while one run is under way into the next: one transaction at a time, as large as the load makes it. */
export interface MicroBatch<Item, Result> {
  /** Resolves with the item's own result. The queue is bounded by its callers, each of whom holds a slot and waits. */
  add(item: Item): Promise<Result>;
}

export interface MicroBatchOptions<Item, Result> {
  /** Results in the order of the items. All or nothing. */
  readonly run: (items: readonly Item[]) => Promise<readonly Result[]>;
  readonly itemsMax: number;
  /** Whether an error is of the surroundings (Postgres away): otherwise one item may have caused it, and each is run alone. */
  readonly isShared: (error: unknown) => boolean;
}

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

export function createMicroBatch<Item, Result>(options: MicroBatchOptions<Item, Result>): MicroBatch<Item, Result> {
  const queue: Waiting<Item, Result>[] = [];
  let isPumping = false;
  const pump = async () => {
    // One turn of the loop, so that what is added together runs together.
    await Promise.resolve();
    while (queue.length > 0) await runTogether(queue.splice(0, options.itemsMax), options);
    isPumping = false;
  };
  return {
    add: (item) =>
      new Promise((resolve, reject) => {
        queue.push({ item, resolve, reject });
        if (isPumping) return;
        isPumping = true;
        void pump();
      }),
  };
}

/** Never rejects: each waiting caller is told of its own end. */
async function runTogether<Item, Result>(
  taken: readonly Waiting<Item, Result>[],
  options: MicroBatchOptions<Item, Result>,
): Promise<void> {
  try {
    const results = await options.run(taken.map((one) => one.item));
    taken.forEach((one, index) => one.resolve(results[index] as Result));
  } catch (error) {
    if (taken.length === 1 || options.isShared(error)) for (const one of taken) one.reject(error);
    else for (const one of taken) await runTogether([one], options);
  }
}
