import type { EventEnvelope } from '../kernel/event.js';
import { isMatched } from './feed-match.js';
import type { JournalEntry } from './journal.js';
import type { FeedMatch } from './live-feed-port.js';

/** One subscriber as the tail sees it. `give` neither throws nor waits. */
export interface Listener {
  readonly match: FeedMatch;
  give(entry: JournalEntry): void;
}

/** Who listens at the moment, found by conversation or by workspace: most events concern few subscribers. */
export interface Audience {
  /** Returns what ends it; that may be called twice. */
  join(listener: Listener): () => void;
  give(entry: JournalEntry): void;
}

export function createAudience(): Audience {
  const seats = new Map<string, Set<Listener>>();
  return {
    join(listener) {
      const seat = seatOf(listener.match);
      seats.set(seat, (seats.get(seat) ?? new Set()).add(listener));
      return () => {
        const others = seats.get(seat);
        others?.delete(listener);
        if (others?.size === 0) seats.delete(seat);
      };
    },
    give(entry) {
      for (const seat of seatsOf(entry.event)) {
        for (const listener of seats.get(seat) ?? []) {
          if (isMatched(listener.match, entry.event)) listener.give(entry);
        }
      }
    },
  };
}

/** A conversation's id can't be taken for a workspace's: their prefixes differ. Few listen to several that are shown as one. */
const seatOf = ({ thread = [], workspaceId }: FeedMatch): string =>
  (thread.length === 1 ? thread[0] : undefined) ?? workspaceId;

const seatsOf = (event: EventEnvelope): string[] =>
  event.conversationId === undefined ? [event.workspaceId] : [event.workspaceId, event.conversationId];
