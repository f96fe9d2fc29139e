import type { ConversationId, WorkspaceId } from '../kernel/ids.js';

/** That somebody on our side types, or has stopped. It is live only: what nobody hears is gone. */
export interface TypingSignal {
  /** Another for each. */
  readonly id: string;
  readonly workspaceId: WorkspaceId;
  readonly conversationId: ConversationId;
  /** The customer's own id of who types. */
  readonly authorId: string | null;
  readonly isTyping: boolean;
  /** RFC 3339: until when it counts, unless it is said again. */
  readonly expiresAt: string;
}

/** Between the API's processes. Nothing is kept, ordered or repeated: it stands in no log and has no cursor. */
export interface TypingSignals {
  /** Resolves when it was handed to whoever listens on any process. @throws MicroBatchFullError, or as Postgres does */
  tell(signal: TypingSignal): Promise<void>;
  /** From now on. Who reads too slowly misses the oldest. `return()` ends it at once. */
  listen(about: Pick<TypingSignal, 'workspaceId' | 'conversationId'>): AsyncIterableIterator<TypingSignal>;
}
