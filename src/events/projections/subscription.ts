import { hasPassed, mergeVectors, type Vector } from '../kernel/cursor.js';
import type { EventPosition } from '../kernel/event.js';
import type { JournalPage } from '../queries/finders.js';
import type { Listener } from './audience.js';
import type { JournalEntry } from './journal.js';
import type { FeedItem, FeedMatch } from './live-feed-port.js';
import { createWakeSignal } from './wake-signal.js';

/** Events that wait for a slow reader; beyond it he reads the journal at his own pace. The events themselves are shared. */
export const MAILBOX_SIZE_MAX = 256;

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
  let seen = deps.after ?? deps.reached();
  let page: JournalEntry[] = [];
  let pageEnd: Vector | undefined;
  let mailbox: JournalEntry[] = [];
  let leave: (() => void) | undefined;
  let isEnded = false;

  const leaveTail = () => {
    leave?.();
    leave = undefined;
  };
  const joinTail = () => {
    leave = deps.join({ match: deps.match, give });
  };
  function give(entry: JournalEntry): void {
    // What is in the mailbox stays good: it is taken first, and the journal read from behind it.
    if (mailbox.length < MAILBOX_SIZE_MAX) mailbox.push(entry);
    else leaveTail();
    news.fire();
  }
  const catchUp = async () => {
    const goal = deps.reached();
    joinTail();
    const read = await deps.readPage(seen);
    page = [...read.items];
    pageEnd = read.end;
    if (!read.hasMore && hasPassed(read.end, goal)) return;
    leaveTail();
    mailbox = [];
    if (!read.hasMore && page.length === 0) await deps.pause();
  };

  if (hasPassed(seen, deps.reached())) joinTail();
  return {
    take() {
      const next = takePage() ?? takeMailbox();
      if (next === undefined) return undefined;
      seen = mergeVectors(seen, next.vector);
      return { ...next, vector: seen };
    },
    async more() {
      const mark = news.mark();
      if (isEnded || mailbox.length > 0) return;
      if (leave !== undefined) return news.wait(mark);
      try {
        await catchUp();
      } catch {
        leaveTail();
        mailbox = [];
        await Promise.race([deps.pause(), news.wait(mark)]);
      }
      if (isEnded) leaveTail();
    },
    end() {
      isEnded = true;
      leaveTail();
      news.fire();
    },
  };

  function takePage(): JournalEntry | undefined {
    const entry = page.shift();
    if (entry === undefined && pageEnd !== undefined) {
      seen = mergeVectors(seen, pageEnd);
      pageEnd = undefined;
    }
    return entry;
  }
  function takeMailbox(): JournalEntry | undefined {
    for (let entry = mailbox.shift(); entry !== undefined; entry = mailbox.shift()) {
      if (!isSeen(entry.position, seen)) return entry;
    }
    return undefined;
  }
}

const isSeen = (position: EventPosition, seen: Vector): boolean => position.offset < (seen[position.partition] ?? 0n);
