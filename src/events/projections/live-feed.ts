import type { Logger } from 'pino';
import type { Database } from '../../database/database.js';
import type { Running } from '../../lifecycle.js';
import type { Vector } from '../kernel/cursor.js';
import type { JournalPage } from '../queries/finders.js';
import { createFeedIterator, type FeedIterator } from './feed-iterator.js';
import { isMatched } from './feed-match.js';
import { createGate } from './gate.js';
import { startJournalTail } from './journal-tail.js';
import { readJournal, readStoredPositions } from './journal.js';
import type { FeedMatch, LiveFeed } from './live-feed-port.js';
import { createPositionWatch } from './position-watch.js';
import { createItemSource } from './subscription.js';
import { createWakeSignal } from '../../wake-signal.js';

/** Held until it is taken, by each subscriber that catches up: 200 that stopped reading hold 20,000 events, about 40 MiB. */
const CATCH_UP_PAGE_SIZE = 100;
/** Of the pool's connections at most these serve subscribers that catch up: a thousand that reconnect starve no query. */
const CATCH_UP_READS_MAX = 4;
const RETRY_MS = 1_000;

export interface LiveFeedDeps {
  readonly database: Database;
  readonly partitionCount: number;
  readonly logger: Logger;
}

/** @throws when Postgres is away at the start; later it may go away and come back, and every subscription goes on */
export async function createLiveFeed(deps: LiveFeedDeps): Promise<LiveFeed & Running> {
  const { database, partitionCount, logger } = deps;
  const woken = createWakeSignal();
  const endWake = database.onWake('parley_journal', () => woken.fire());
  const tail = await startJournalTail({ database, partitionCount, woken, log: logger }).catch((error: unknown) => {
    endWake();
    throw error;
  });
  const gate = createGate(CATCH_UP_READS_MAX);
  const open = new Set<FeedIterator>();
  let isStopped = false;
  let fallbacks = 0;
  const watch = createPositionWatch({
    read: () => readStoredPositions(database.orm, partitionCount),
    woken,
    isEnded: () => isStopped,
  });
  const sourceOf = (match: FeedMatch, after: Vector | undefined) =>
    createItemSource({
      match,
      after,
      reached: () => tail.reached(),
      join: (listener) => tail.join(listener),
      readPage: (from) => gate.run(() => readMatching(database, match, from)),
      pause: () => woken.wait(woken.mark(), RETRY_MS),
      onFallBack: () => (fallbacks += 1),
    });
  return {
    subscribe(match, after) {
      const iterator = createFeedIterator(sourceOf(match, after), () => open.delete(iterator));
      open.add(iterator);
      if (isStopped) void iterator.return();
      return iterator;
    },
    tail: () => tail.stored(),
    state: () => ({ subscriptions: open.size, fallbacks }),
    waitUntilPassed: (vector, timeoutMs) => watch.waitUntilPassed(vector, timeoutMs),
    async stop() {
      isStopped = true;
      endWake();
      for (const iterator of [...open]) await iterator.return();
      await tail.stop();
    },
  };
}

/**
 * Types and channel are matched here and not in the statement: no index serves them, and a page of a long journal in
 * which next to nothing matches must stay one short statement.
 */
async function readMatching(database: Database, match: FeedMatch, after: Vector): Promise<JournalPage> {
  const { workspaceId, thread, messageId } = match;
  const page = await readJournal(database.orm, { workspaceId, thread, messageId }, after, CATCH_UP_PAGE_SIZE);
  return { ...page, items: page.items.filter((item) => isMatched(match, item.event)) };
}
