import type { ConversationId, WorkspaceId } from '../kernel/ids.js';

/** That somebody types, or has stopped. It is live only: what nobody hears is gone. */
export interface TypingSignal {
  /** Another for each. */
  readonly id: string;
  readonly workspaceId: WorkspaceId;
  readonly conversationId: ConversationId;
  readonly author: 'AGENT' | 'CONTACT';
  /** The customer's own id of which agent. */
  readonly authorId: string | null;
  readonly isTyping: boolean;
  /** RFC 3339: until when it counts, unless it is said again. */
  readonly expiresAt: string;
}

/** Who types says so every few seconds; who goes away says nothing, and must not type for ever. */
export const TYPING_COUNTS_MS = 10_000;

/** Between the API's processes. Nothing is kept, ordered or repeated: it stands in no log and has no cursor. */
export interface TypingSignals {
  /** Resolves when it was handed to whoever listens on any process. @throws MicroBatchFullError, or as Postgres does */
  tell(signal: TypingSignal): Promise<void>;
  /** From now on. Who reads too slowly misses the oldest. `return()` ends it at once. */
  listen(about: Pick<TypingSignal, 'workspaceId' | 'conversationId'>): AsyncIterableIterator<TypingSignal>;
}
