import { buildSchema, parse, type ExecutionResult } from 'graphql';
import { describe, expect, it, vi } from 'vitest';
import { UnavailableError } from '../../../src/errors.js';
import { subscribeByDelivery } from '../../../src/http/graphql/deliver.js';
import { createSharedResults } from '../../../src/http/graphql/shared-results.js';
import type { RequestContext } from '../../../src/resolvers/context.js';
import { Delivery } from '../../../src/resolvers/delivery.js';

const document = parse('subscription { counted { value loaders } }');
const context = { caller: { workspaceId: 'ws' }, finders: {} } as unknown as RequestContext;

/** A subscription over what `deliveries` says, one after another; it then stays open. */
function open(deliveries: readonly Delivery[], shared = createSharedResults()) {
  const waiting: (() => void)[] = [];
  const left = [...deliveries];
  const seen = new Set<unknown>();
  const source: AsyncIterableIterator<Delivery> = {
    next: () => {
      const value = left.shift();
      if (value !== undefined) return Promise.resolve({ done: false, value });
      return new Promise((resolve) => waiting.push(() => resolve({ done: true, value: undefined })));
    },
    return: () => {
      for (const end of waiting) end();
      return Promise.resolve({ done: true, value: undefined });
    },
    [Symbol.asyncIterator]: () => source,
  };
  const schema = buildSchema(`
    type Query { x: Int }
    type Subscription { counted: Counted }
    type Counted { value: Int, loaders: Int }`);
  const counted = schema.getSubscriptionType()?.getFields()['counted'];
  if (!counted) throw new Error('no field');
  counted.subscribe = () => source;
  counted.resolve = (root: unknown, _args, { loaders }: RequestContext) => {
    seen.add(loaders);
    return { ...(root as object), loaders: seen.size };
  };
  return subscribeByDelivery({ schema, document, contextValue: context, question: 'what is counted' }, shared);
}

let occasions = 0;
/** Each is an event of its own. */
const deliveryOf = (prepare: Delivery['prepare']) => new Delivery(`occasion ${(occasions += 1)}`, prepare);

const valued = (value: number) => deliveryOf(() => Promise.resolve({ value }));

async function take(count: number, opened: ReturnType<typeof open>): Promise<ExecutionResult[]> {
  const results = await opened;
  if (!(Symbol.asyncIterator in results)) throw new Error('not opened');
  const taken: ExecutionResult[] = [];
  while (taken.length < count) {
    const { value } = await results.next();
    taken.push(value as ExecutionResult);
  }
  await results.return?.();
  return taken;
}
const dataOf = (results: readonly ExecutionResult[]) =>
  results.map(({ data }) => ({ ...(data?.['counted'] as object) }));

describe('delivery to a subscriber', () => {
  it('gives each event loaders of its own', async () => {
    expect(dataOf(await take(2, open([valued(1), valued(2)])))).toEqual([
      { value: 1, loaders: 1 },
      { value: 2, loaders: 2 },
    ]);
  });

  it('executes an event once for all who ask the same', async () => {
    let prepared = 0;
    const counting = deliveryOf(() => Promise.resolve({ value: (prepared += 1) }));
    const shared = createSharedResults();
    const opened = [open([counting], shared), open([counting], shared), open([counting], shared)];
    await Promise.all(opened);
    const taken = await Promise.all(opened.map((one) => take(1, one)));
    expect(taken.map((results) => dataOf(results)[0])).toEqual(Array(3).fill({ value: 1, loaders: 1 }));
    expect(prepared).toBe(1);
  });

  it('passes over events that say nothing to the subscriber', async () => {
    const silent = deliveryOf(() => Promise.resolve(null));
    expect(dataOf(await take(1, open([silent, silent, valued(3)])))[0]).toMatchObject({ value: 3 });
  });

  it('tries again while the database is away, and leaves no hole', async () => {
    let tries = 0;
    const troubled = deliveryOf(() => {
      tries += 1;
      return tries < 3 ? Promise.reject(new UnavailableError('away')) : Promise.resolve({ value: 1 });
    });
    expect(
      dataOf(await take(2, open([troubled, valued(2)]))).map((data) => ('value' in data ? data.value : 0)),
    ).toEqual([1, 2]);
    expect(tries).toBe(3);
  });

  it('lives through a minute without the database (F9)', async () => {
    vi.useFakeTimers();
    try {
      const back = Date.now() + 60_000;
      const troubled = deliveryOf(() =>
        Date.now() < back ? Promise.reject(new UnavailableError('away')) : Promise.resolve({ value: 1 }),
      );
      const taken = take(1, open([troubled]));
      await vi.advanceTimersByTimeAsync(61_000);
      expect(dataOf(await taken)).toEqual([{ value: 1, loaders: 1 }]);
    } finally {
      vi.useRealTimers();
    }
  });

  it('ends at once, also while it waits for an event or for the database', async () => {
    for (const deliveries of [[], [deliveryOf(() => Promise.reject(new UnavailableError('away')))]]) {
      const results = await open(deliveries);
      if (!(Symbol.asyncIterator in results)) throw new Error('not opened');
      const pending = Promise.allSettled([results.next()]);
      await new Promise(setImmediate);
      await results.return?.();
      await pending;
    }
  });

  it('tells a defect instead of trying it again', async () => {
    const broken = deliveryOf(() => Promise.resolve({ value: 'no number' }));
    expect((await take(1, open([broken])))[0]?.errors).toHaveLength(1);
  });
});
