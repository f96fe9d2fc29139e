import { createMicroBatch } from '../../../database/micro-batch.js';

export interface IsolatingBatchOptions<Item, Result> {
  /** Results in the order of the items. All or nothing. */
  readonly run: (items: readonly Item[]) => Promise<readonly Result[]>;
  readonly sizeMax: number;
  /** Whether an error is of the surroundings (Postgres away): otherwise one item may have caused it, and each is run alone. */
  readonly isShared: (error: unknown) => boolean;
}

/** Callers hold a slot each while they wait: far above what all of them together can be. */
const WAITING_MAX = 10_000;

/** A micro-batch in which an item that can't be written spares the others. */
export function createIsolatingBatch<Item, Result>(
  options: IsolatingBatchOptions<Item, Result>,
): (item: Item) => Promise<Result> {
  const settle = createMicroBatch<Item, PromiseSettledResult<Result>>({
    sizeMax: options.sizeMax,
    waitingMax: WAITING_MAX,
    run: (items) => runTogether(items, options),
  });
  return async (item) => {
    const settled = await settle(item);
    if (settled.status === 'rejected') throw settled.reason;
    return settled.value;
  };
}

async function runTogether<Item, Result>(
  items: readonly Item[],
  options: IsolatingBatchOptions<Item, Result>,
): Promise<readonly PromiseSettledResult<Result>[]> {
  try {
    const results = await options.run(items);
    return results.map((value) => ({ status: 'fulfilled', value }));
  } catch (reason) {
    if (items.length === 1 || options.isShared(reason)) return items.map(() => ({ status: 'rejected', reason }));
    const alone: PromiseSettledResult<Result>[] = [];
    for (const item of items) alone.push(...(await runTogether([item], options)));
    return alone;
  }
}
