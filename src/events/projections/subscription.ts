import { hasPassed, mergeVectors, type Vector } from '../kernel/cursor.js';
import type { JournalPage } from '../queries/finders.js';
import type { Listener } from './audience.js';
import type { JournalEntry } from './journal.js';
import type { FeedItem, FeedMatch } from './live-feed-port.js';
import { createMailbox } from './mailbox.js';
import { createWakeSignal } from '../../wake-signal.js';

export interface SubscriptionDeps {
  readonly match: FeedMatch;
  /** Undefined: from now. */
  readonly after: Vector | undefined;
  /** What the tail has given out. */
  reached(): Vector;
  join(listener: Listener): () => void;
  /** A page of the journal; only what matches is in it. */
  readPage(after: Vector): Promise<JournalPage>;
  /** After a read that failed or came too early: until it is worth another. */
  pause(): Promise<void>;
  /** Told when the reader is too slow for the tail, and goes on from the journal. */
  readonly onFallBack?: (() => void) | undefined;
}

/** Where a subscriber's next item comes from. Either he is joined to the tail, or he reads the journal. */
export interface ItemSource {
  /** The next item if it is at hand. */
  take(): FeedItem | undefined;
  /** Resolves when another `take` is worth it. */
  more(): Promise<void>;
  /** Leaves the tail and wakes whoever is in `more`. */
  end(): void;
}

/**
 * Live and catching up, without gap or repeat. To go live it joins the tail *first* and then reads the journal up to
 * what the tail had given out before: what comes both ways is told by its position, and passed over.
 */
export function createItemSource(deps: SubscriptionDeps): ItemSource {
  const news = createWakeSignal();
  const joinTail = (give: Listener['give']) => deps.join({ match: deps.match, give });
  const mailbox = createMailbox(joinTail, () => news.fire(), deps.onFallBack);
  let seen = deps.after ?? deps.reached();
  let page: { readonly items: JournalEntry[]; readonly end: Vector } | undefined;
  let isEnded = false;

  const takeFromPage = (): JournalEntry | undefined => {
    const entry = page?.items.shift();
    if (entry !== undefined || page === undefined) return entry;
    seen = mergeVectors(seen, page.end);
    page = undefined;
    return undefined;
  };
  const catchUp = async () => {
    const goal = deps.reached();
    mailbox.join();
    const { items, end, hasMore } = await deps.readPage(seen);
    page = { items: [...items], end };
    if (!hasMore && hasPassed(end, goal)) return;
    mailbox.reset();
    if (!hasMore && items.length === 0) await deps.pause();
  };

  if (hasPassed(seen, deps.reached())) mailbox.join();
  return {
    take() {
      const next = takeFromPage() ?? mailbox.take(seen);
      if (next === undefined) return undefined;
      seen = mergeVectors(seen, next.vector);
      return { ...next, vector: seen };
    },
    async more() {
      if (isEnded || !mailbox.isEmpty()) return;
      if (mailbox.isJoined()) return news.wait(news.mark());
      await catchUp().catch(() => {
        mailbox.reset();
        return deps.pause();
      });
    },
    end() {
      isEnded = true;
      mailbox.leave();
      news.fire();
    },
  };
}
