import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAudience } from '../../../src/events/projections/audience.js';
import { createFeedIterator } from '../../../src/events/projections/feed-iterator.js';
import type { JournalEntry } from '../../../src/events/projections/journal.js';
import { MAILBOX_SIZE_MAX } from '../../../src/events/projections/mailbox.js';
import { createItemSource } from '../../../src/events/projections/subscription.js';
import { mergeVectors, originVector, type Vector } from '../../../src/events/kernel/cursor.js';
import type { FeedItem } from '../../../src/events/projections/live-feed-port.js';
import type { JournalPage } from '../../../src/events/queries/finders.js';
import { journalEvent, newWorkspaceId } from '../../support/journal-writer.js';

const PARTITIONS = 3;
const workspaceId = newWorkspaceId();

/**
 * A journal in memory whose readers and whose tail move only when the test says so. A crash hides its last rows until
 * they are folded again, as where Postgres lost commits that it had not flushed.
 */
function world() {
  const rows: JournalEntry[] = [];
  const audience = createAudience();
  let heads = originVector(PARTITIONS);
  let reached = heads;
  let visible = 0;
  const reads: (() => void)[] = [];
  const pauses: (() => void)[] = [];
  const read = (after: Vector, limit: number): JournalPage => {
    const stored = rows[visible - 1]?.vector ?? originVector(PARTITIONS);
    const found = rows
      .slice(0, visible)
      .filter(({ position: { partition, offset } }) => offset >= (after[partition] ?? 0n));
    let vector = after;
    const items = found.slice(0, limit).map((row) => {
      vector = vector.with(row.position.partition, row.position.offset + 1n);
      return { ...row, vector };
    });
    const hasMore = found.length > limit;
    return { items, hasMore, end: hasMore ? vector : mergeVectors(vector, stored) };
  };
  return {
    rows,
    heads: () => heads,
    append(partition: number) {
      const offset = heads[partition] ?? 0n;
      heads = heads.with(partition, offset + 1n);
      rows.push({ event: journalEvent({ workspaceId }), position: { partition, offset }, vector: heads, change: null });
      visible = rows.length;
    },
    crash() {
      visible = Math.max(0, visible - 3);
    },
    refold() {
      visible = rows.length;
    },
    advanceTail(limit: number) {
      const page = read(reached, limit);
      for (const item of page.items) audience.give(item);
      reached = page.end;
      return page.hasMore;
    },
    /** Lets the oldest waiting read look at the journal and answer, or fail. */
    answer: () => reads.shift()?.(),
    resume: () => pauses.splice(0).forEach((resume) => resume()),
    subscribe(after: Vector | undefined, failing: () => boolean = () => false) {
      const source = createItemSource({
        match: { workspaceId },
        after,
        reached: () => reached,
        join: (listener) => audience.join(listener),
        readPage: (from) =>
          new Promise((resolve, reject) =>
            reads.push(() => (failing() ? reject(new Error('away')) : resolve(read(from, 4)))),
          ),
        pause: () => new Promise((resolve) => pauses.push(resolve)),
      });
      return createFeedIterator(source, () => undefined);
    },
  };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));
const key = ({ position }: Pick<FeedItem, 'position'>) => `${position.partition}/${position.offset}`;

type Step =
  | { do: 'append'; partition: number }
  | { do: 'tail'; limit: number }
  | { do: 'read' | 'answer' | 'resume' | 'resubscribe' | 'crash' | 'refold' };
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('append' as const), partition: fc.nat(PARTITIONS - 1) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('tail' as const), limit: fc.integer({ min: 1, max: 5 }) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('read' as const) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('answer' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom('resume' as const, 'resubscribe' as const, 'crash' as const, 'refold' as const),
    }),
  },
);

describe('a subscription', () => {
  it('gives every event after its cursor once and in order, whatever interleaves with it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 120, size: 'max' }),
        fc.infiniteStream(fc.integer({ min: 0, max: 9 })),
        async (steps, dice) => {
          const journal = world();
          const failing = () => (dice.next().value ?? 0) === 0;
          let feed = journal.subscribe(originVector(PARTITIONS), failing);
          const seen: FeedItem[] = [];
          let isWaiting = false;
          const readOne = () => {
            if (isWaiting) return;
            isWaiting = true;
            const from = feed;
            void from.next().then((result) => {
              if (from !== feed) return;
              isWaiting = false;
              if (result.done !== true) seen.push(result.value);
            });
          };
          const run = async (one: Step) => {
            if (one.do === 'append') journal.append(one.partition);
            else if (one.do === 'tail') journal.advanceTail(one.limit);
            else if (one.do === 'read') readOne();
            else if (one.do === 'answer') journal.answer();
            else if (one.do === 'resume') journal.resume();
            else if (one.do === 'crash') journal.crash();
            else if (one.do === 'refold') journal.refold();
            else {
              await settle();
              void feed.return();
              isWaiting = false;
              feed = journal.subscribe(seen.at(-1)?.vector ?? originVector(PARTITIONS), failing);
            }
            await settle();
          };
          for (const one of [...steps, { do: 'refold' as const }]) await run(one);
          for (let round = 0; seen.length < journal.rows.length && round < 2_000; round += 1) {
            await run({ do: 'tail', limit: 5 });
            await run({ do: 'resume' });
            await run({ do: 'answer' });
            await run({ do: 'read' });
          }
          void feed.return();
          expect(seen.map(key).toSorted()).toEqual(journal.rows.map(key).toSorted());
          for (let partition = 0; partition < PARTITIONS; partition += 1) {
            const offsets = seen.flatMap(({ position }) => (position.partition === partition ? [position.offset] : []));
            expect(offsets).toEqual(offsets.map((_, index) => BigInt(index)));
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('without a cursor gives what comes from now on, and nothing from before', async () => {
    const journal = world();
    journal.append(0);
    journal.advanceTail(10);
    const feed = journal.subscribe(undefined);
    journal.append(1);
    journal.advanceTail(10);
    expect(await feed.next()).toMatchObject({
      done: false,
      value: { position: { partition: 1 }, vector: [1n, 1n, 0n] },
    });
  });

  it('holds no more than a mailbox for a reader who stopped, and he still gets everything', async () => {
    const journal = world();
    const feed = journal.subscribe(undefined);
    const total = MAILBOX_SIZE_MAX + 100;
    for (let count = 0; count < total; count += 1) journal.append(count % PARTITIONS);
    while (journal.advanceTail(50));
    const keys: string[] = [];
    while (keys.length < total) {
      const next = feed.next();
      await settle();
      journal.answer();
      const { value } = await next;
      if (value !== undefined) keys.push(key(value));
    }
    expect(keys).toEqual(journal.rows.map(key));
  });

  it('ends at once when `return` is called, also under a pending `next` and under a read that never comes back', async () => {
    const journal = world();
    const live = journal.subscribe(undefined);
    const catching = journal.subscribe(originVector(PARTITIONS));
    journal.append(0);
    journal.advanceTail(1);
    const behind = journal.subscribe(originVector(PARTITIONS));
    await live.next();
    await catching.next();
    const pending = [live.next(), catching.next(), behind.next()];
    await settle();
    for (const feed of [live, catching, behind]) expect(await feed.return()).toEqual({ done: true, value: undefined });
    for (const next of pending) expect(await next).toEqual({ done: true, value: undefined });
    expect(await live.next()).toEqual({ done: true, value: undefined });
  });

  it('answers several pending `next` in the order of the events', async () => {
    const journal = world();
    const feed = journal.subscribe(undefined);
    const pending = [feed.next(), feed.next(), feed.next()];
    for (const partition of [2, 0, 1]) journal.append(partition);
    journal.advanceTail(10);
    const results = await Promise.all(pending);
    expect(results.map(({ value }) => value?.position.partition)).toEqual([2, 0, 1]);
  });
});
