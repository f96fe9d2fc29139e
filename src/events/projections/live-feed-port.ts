import type { Vector } from '../kernel/cursor.js';
import type { EventEnvelope, EventPosition } from '../kernel/event.js';
import type { ChannelId, ConversationId, MessageId, WorkspaceId } from '../kernel/ids.js';
import type { StatusMove } from '../queries/finders.js';

/** What a subscriber wants of the journal. All conditions must hold. */
export interface FeedMatch {
  readonly workspaceId: WorkspaceId;
  readonly types?: readonly string[] | undefined;
  /** One of these: those that are shown as one conversation. */
  readonly thread?: readonly ConversationId[] | undefined;
  /** And one of these, where a client token names some. */
  readonly conversationIds?: readonly ConversationId[] | undefined;
  readonly channelId?: ChannelId | undefined;
  readonly messageId?: MessageId | undefined;
}

export interface FeedItem {
  readonly event: EventEnvelope;
  readonly position: EventPosition;
  readonly change: StatusMove | null;
  /** What this subscriber has been given or passed over, with this item. */
  readonly vector: Vector;
}

/**
 * The live feed: every item comes out of the journal, so whoever is notified can also query it. Order per conversation;
 * no gap and no repeat after a vector, however slow the reader: a full mailbox falls back to reading the journal.
 */
export interface LiveFeed {
  /** Without `after`: from now. The iterator's `return()` ends it at once, also while a `next()` is pending. */
  subscribe(match: FeedMatch, after?: Vector): AsyncIterableIterator<FeedItem>;
  /** What this instance has seen of the journal. */
  tail(): Vector;
  /** How many subscriptions are open, and how often one of them was too slow and went on from the journal. */
  state(): { readonly subscriptions: number; readonly fallbacks: number };
  /** Whether the read models have passed the vector; waits for it up to `timeoutMs`. */
  waitUntilPassed(vector: Vector, timeoutMs: number): Promise<boolean>;
}
