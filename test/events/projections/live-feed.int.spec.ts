import { randomInt } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../../src/database/database.js';
import { openDatabase } from '../../../src/database/open-database.js';
import { originVector, type Vector } from '../../../src/events/kernel/cursor.js';
import type { EventEnvelope } from '../../../src/events/kernel/event.js';
import type { FeedItem, FeedMatch, LiveFeed } from '../../../src/events/projections/live-feed-port.js';
import { createLiveFeed } from '../../../src/events/projections/live-feed.js';
import { MAILBOX_SIZE_MAX } from '../../../src/events/projections/mailbox.js';
import type { Running } from '../../../src/lifecycle.js';
import { cloneDatabase, type ClonedDatabase } from '../../support/database.js';
import { eventually } from '../../support/eventually.js';
import {
  createJournalWriter,
  journalEvent,
  newChannelId,
  newConversationId,
  newMessageId,
  newWorkspaceId,
  type JournalWriter,
} from '../../support/journal-writer.js';
import { testLog } from '../../support/log.js';
import { startPostgresProxy, type PostgresProxy } from '../../support/postgres-proxy.js';

const PARTITIONS = 3;
const workspaceId = newWorkspaceId();

let cloned: ClonedDatabase;
let proxy: PostgresProxy;
let database: Database;
let behindProxy: Database;
let writer: JournalWriter;
let feed: LiveFeed & Running;

beforeAll(async () => {
  cloned = await cloneDatabase();
  proxy = await startPostgresProxy(cloned.url);
  database = openDatabase(cloned.url, testLog);
  behindProxy = openDatabase(proxy.url, testLog);
  writer = createJournalWriter(database, PARTITIONS);
});
afterAll(async () => {
  await behindProxy.close();
  await proxy.close();
  await database.close();
  await cloned.drop();
});
beforeEach(async () => {
  feed = await createLiveFeed({ database: behindProxy, partitionCount: PARTITIONS, logger: testLog });
});
afterEach(async () => {
  proxy.heal();
  await feed.stop();
});

const event = (about: Partial<EventEnvelope> = {}) => journalEvent({ workspaceId, ...about });
const idsOf = (items: readonly FeedItem[]) => items.map((item) => item.event.id);

async function take(iterator: AsyncIterator<FeedItem>, count: number): Promise<FeedItem[]> {
  const items: FeedItem[] = [];
  while (items.length < count) {
    const { value, done } = await iterator.next();
    if (done === true) throw new Error('The subscription ended.');
    items.push(value);
  }
  return items;
}

/** Takes all that comes, until the subscription ends. */
function collect(match: FeedMatch, after?: Vector): { readonly items: FeedItem[]; stop(): Promise<unknown> } {
  const iterator = feed.subscribe(match, after);
  const items: FeedItem[] = [];
  void (async () => {
    for await (const item of iterator) items.push(item);
  })();
  return { items, stop: () => iterator.return?.() ?? Promise.resolve() };
}

/** The partitions written to in a row, at random. */
async function appendMany(count: number): Promise<EventEnvelope[]> {
  const events: EventEnvelope[] = [];
  while (events.length < count) {
    const batch = Array.from({ length: Math.min(count - events.length, randomInt(1, 20)) }, () => event());
    await writer.append(randomInt(PARTITIONS), ...batch);
    events.push(...batch);
  }
  return events;
}

describe('the live feed', () => {
  it('gives what comes from now on, woken and not polled', async () => {
    const watched = collect({ workspaceId });
    const startedAt = performance.now();
    const events = Array.from({ length: 6 }, () => event());
    for (const one of events) {
      await writer.append(0, one);
      await eventually(() => expect(idsOf(watched.items)).toContain(one.id), { everyMs: 1 });
    }
    // By the poll of 1 s it would take 5 s and more.
    expect(performance.now() - startedAt).toBeLessThan(4_000);
    expect(watched.items.at(-1)?.vector).toEqual(writer.heads());
  });

  it('gives each subscriber what matches, and nobody another workspace’s', async () => {
    const about = { conversationId: newConversationId(), channelId: newChannelId(), messageId: newMessageId() };
    const wanted = event({ ...about, type: 'message.read' });
    const matches: FeedMatch[] = [
      { workspaceId, thread: [newConversationId(), about.conversationId] },
      { workspaceId, channelId: about.channelId },
      { workspaceId, messageId: about.messageId },
      { workspaceId, types: ['message.read'] },
      { workspaceId, types: ['message.read'], ...about },
    ];
    const start = writer.heads();
    const live = matches.map((match) => collect(match));
    const foreigner = collect({ workspaceId: newWorkspaceId(), thread: [about.conversationId] });
    await writer.append(0, event(), wanted, journalEvent({ workspaceId: newWorkspaceId(), ...about }), event());
    const resumed = matches.map((match) => collect(match, start));
    await eventually(() => {
      for (const { items } of [...live, ...resumed]) expect(idsOf(items)).toEqual([wanted.id]);
    });
    expect(foreigner.items).toEqual([]);
  });

  it('replays after a cursor and goes on live: no gap, no repeat, while events flow', async () => {
    const start = writer.heads();
    const events = await appendMany(300);
    const watched = collect({ workspaceId }, start);
    events.push(...(await appendMany(700)));
    await eventually(() => expect(watched.items).toHaveLength(events.length));
    expect(new Set(idsOf(watched.items))).toEqual(new Set(events.map(({ id }) => id)));
    expect(watched.items.at(-1)?.vector).toEqual(writer.heads());
  });

  it('lets a reader who stopped catch up from the journal, in order and whole', async () => {
    const { fallbacks } = feed.state();
    const slow = feed.subscribe({ workspaceId });
    const events = Array.from({ length: MAILBOX_SIZE_MAX * 3 }, () => event());
    for (let index = 0; index < events.length; index += 100)
      await writer.append(1, ...events.slice(index, index + 100));
    await eventually(() => expect(feed.tail()).toEqual(writer.heads()));
    expect(feed.state().fallbacks).toBe(fallbacks + 1);
    expect(idsOf(await take(slow, events.length))).toEqual(events.map(({ id }) => id));
    const last = event();
    await writer.append(1, last);
    expect(idsOf(await take(slow, 1))).toEqual([last.id]);
  });

  it('gives every reader the journal, whoever is slow, leaves and comes back with his last cursor', async () => {
    const seed = randomInt(2 ** 31);
    console.info(`live feed seed ${seed}`);
    const random = generator(seed);
    const start = writer.heads();
    const readers = Array.from({ length: 8 }, () => ({ items: [] as FeedItem[] }));
    const total = 1_200;
    const reading = readers.map(async (reader) => {
      while (reader.items.length < total) {
        const iterator = feed.subscribe({ workspaceId }, reader.items.at(-1)?.vector ?? start);
        const stretch = Math.min(total - reader.items.length, 1 + random(500));
        for (let taken = 0; taken < stretch; taken += 1) {
          if (random(100) === 0) await new Promise((resolve) => setTimeout(resolve, random(20)));
          reader.items.push(...(await take(iterator, 1)));
        }
        await iterator.return?.();
      }
    });
    const events = await appendMany(total);
    await Promise.all(reading);
    for (const { items } of readers) {
      expect(new Set(idsOf(items)), `seed ${seed}`).toEqual(new Set(events.map(({ id }) => id)));
      for (let partition = 0; partition < PARTITIONS; partition += 1) {
        const offsets = items.flatMap(({ position }) => (position.partition === partition ? [position.offset] : []));
        expect(offsets).toEqual(offsets.toSorted((a, b) => (a < b ? -1 : 1)));
      }
    }
  });

  it('takes a cursor that is ahead of the projector, and gives only what lies behind it', async () => {
    const ahead = writer.heads().with(2, (writer.heads()[2] ?? 0n) + 1n);
    const watched = collect({ workspaceId }, ahead);
    const [passed, wanted] = [event(), event()];
    await writer.append(2, passed, wanted);
    await eventually(() => expect(idsOf(watched.items)).toEqual([wanted.id]));
  });

  it('survives Postgres going away: subscriptions stay, and nothing is missed or repeated', async () => {
    const start = writer.heads();
    const live = collect({ workspaceId });
    const first = event();
    await writer.append(0, first);
    await eventually(() => expect(idsOf(live.items)).toEqual([first.id]));
    proxy.cut();
    const meanwhile = await appendMany(MAILBOX_SIZE_MAX + 200);
    const resumed = collect({ workspaceId }, start);
    expect(await feed.waitUntilPassed(originVector(PARTITIONS), 50).catch(() => 'refused')).not.toBe(true);
    proxy.heal();
    const ids = new Set([first, ...meanwhile].map(({ id }) => id));
    await eventually(() => {
      for (const { items } of [live, resumed]) expect(items).toHaveLength(ids.size);
    });
    for (const { items } of [live, resumed]) expect(new Set(idsOf(items))).toEqual(ids);
  });

  it('ends a subscription at once, also under a pending `next`', async () => {
    const iterator = feed.subscribe({ workspaceId });
    const pending = iterator.next();
    await iterator.return?.();
    expect(await pending).toEqual({ done: true, value: undefined });
  });

  it('ends all of them when it stops, and those that come later', async () => {
    const pending = feed.subscribe({ workspaceId }).next();
    const waiting = feed.waitUntilPassed(writer.heads().with(0, 10n ** 9n), 10_000);
    await feed.stop();
    expect((await pending).done).toBe(true);
    expect(await waiting).toBe(false);
    expect((await feed.subscribe({ workspaceId }).next()).done).toBe(true);
  });
});

describe('read your writes', () => {
  it('answers at once what the read models have passed, and waits for what they have not', async () => {
    expect(await feed.waitUntilPassed(writer.heads(), 2_000)).toBe(true);
    const goal = writer.heads().with(1, (writer.heads()[1] ?? 0n) + 2n);
    const waiting = feed.waitUntilPassed(goal, 5_000);
    await writer.append(1, event());
    await writer.append(1, null);
    expect(await waiting).toBe(true);
  });

  it('says so when the time is over', async () => {
    const startedAt = performance.now();
    expect(await feed.waitUntilPassed(writer.heads().with(0, 10n ** 9n), 150)).toBe(false);
    expect(performance.now() - startedAt).toBeLessThan(1_500);
  });

  it('answers a thousand at once with few reads, each begun after it was asked for', async () => {
    const asked = Array.from({ length: 1_000 }, async (_, index) => {
      if (index % 10 === 0) await writer.append(index % PARTITIONS, event());
      return feed.waitUntilPassed(writer.heads(), 10_000);
    });
    expect((await Promise.all(asked)).every(Boolean)).toBe(true);
  });
});

describe('the tail', () => {
  it('starts at the stored positions and follows them', async () => {
    await writer.append(0, event());
    await eventually(() => expect(feed.tail()).toEqual(writer.heads()));
  });

  it('goes back with the positions that a crash took back, and repeats nothing when they are folded again', async () => {
    const watched = collect({ workspaceId });
    const lost = event();
    const [position] = await writer.append(0, lost);
    await eventually(() => expect(watched.items).toHaveLength(1));
    const heads = writer.heads();
    await database.pool.query('update read.positions set next_offset = $1 where partition = 0', [position?.offset]);
    await database.pool.query('delete from read.events where partition = 0 and "offset" = $1', [position?.offset]);
    await eventually(() => expect(feed.tail()[0]).toBe(position?.offset));
    expect(await feed.waitUntilPassed(heads, 100)).toBe(false);

    const again = createJournalWriter(database, PARTITIONS);
    await again.append(0, ...new Array<null>(Number(position?.offset)).fill(null), lost);
    await eventually(() => expect(feed.tail()).toEqual(heads));
    const next = event();
    await writer.append(1, next);
    await eventually(() => expect(idsOf(watched.items)).toEqual([lost.id, next.id]));
  });
});

/** A small seeded generator (mulberry32): `random(n)` is an integer below n. */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}
