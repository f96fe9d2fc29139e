import type { EventPosition } from '../kernel/event.js';
import type { ChannelId, ContactId, ConversationId, EventId, MessageId, WorkspaceId } from '../kernel/ids.js';
import type { ContentKind, MessageContent } from './content.js';
import type { FailureCode, MessageCategory } from './events.js';

export const MESSAGE_STATUSES = [
  'SCHEDULED',
  'ACCEPTED',
  'PROCESSING',
  'OUTCOME_UNKNOWN',
  'SENT',
  'DELIVERED',
  'READ',
  'SENDING_FAILED',
  'DELIVERY_FAILED',
  'CANCELLED',
  'DELETED',
  'RECEIVED',
] as const;
export type MessageStatus = (typeof MESSAGE_STATUSES)[number];
export type MessageDirection = 'INCOMING' | 'OUTGOING';
export type MessageAuthor = 'CONTACT' | 'AGENT' | 'BOT' | 'SYSTEM';

export interface MessageFailure {
  readonly code: FailureCode;
  readonly isRetryable: boolean;
  readonly providerCode: string | null;
  readonly providerMessage: string | null;
}

/** A failure as an event said it. */
export type SaidFailure = MessageFailure & { readonly isStageUnknown: boolean; readonly eventId: string };

/** What one part of one attempt stands at: the maximum rank over the set of its events (rule 13). Plain JSON. */
export interface PartProgress {
  /** Index into the ladder of ranks; see `ladder.ts`. */
  readonly rank: number;
  /** The smallest `occurredAt` at that rank, as RFC 3339. */
  readonly at: string;
  readonly hasSent: boolean;
  /** At the winning rank, of the event with the smallest `occurredAt`, then the smallest event id. */
  readonly failure: SaidFailure | null;
}

/** `progress[attempt][part]`; events of the whole message stand for each part they name. */
export type Progress = Readonly<Record<string, Readonly<Record<string, PartProgress>>>>;

/** What one event of a webhook says of a part, kept by itself: it may be corrected later. Plain JSON. */
export interface Word {
  readonly attempt: number;
  readonly part: number;
  readonly rank: number;
  /** `occurredAt`, as RFC 3339. */
  readonly at: string;
  readonly failure?: SaidFailure;
  /** Where the correction stands that says so; absent: the event says it itself. */
  readonly corrected?: { readonly partition: number; readonly offset: string };
}

/** By event id. */
export type Words = Readonly<Record<string, Word>>;

/** One thing that somebody put on a message, as an event said it. */
export interface ReactionEntry {
  readonly eventId: string;
  readonly author: MessageAuthor;
  readonly authorId: string | null;
  /** Its own message, where it was sent from here: what became of that decides whether it shows. */
  readonly messageId: MessageId | null;
  /** Null: taken back, or erased. */
  readonly emoji: string | null;
  readonly occurredAt: string;
}

/** A message as its events make it. Everything here is JSON but `addedAt.offset`. */
export interface MessageState {
  readonly id: MessageId;
  readonly workspaceId: WorkspaceId;
  readonly conversationId: ConversationId;
  readonly channelId: ChannelId;
  readonly contactId: ContactId | null;
  /** Null: a stub, for a receipt came before its message. Stubs are shown to nobody. */
  readonly direction: MessageDirection | null;
  readonly author: MessageAuthor | null;
  readonly authorId: string | null;
  readonly contentKind: ContentKind | null;
  /** Null: a stub, or erased. */
  readonly content: MessageContent | null;
  readonly isErased: boolean;
  /** The edit that says what `content` is; null: nobody edited it. */
  readonly edit: { readonly eventId: string; readonly at: string } | null;
  readonly parts: number | null;
  /** Of the events that nobody corrects: our own. */
  readonly progress: Progress;
  /** Of the events that were read out of webhooks. */
  readonly words: Words;
  readonly status: MessageStatus;
  readonly statusAt: string;
  readonly failure: MessageFailure | null;
  /** The union over all events, sorted. */
  readonly providerMessageIds: readonly string[];
  readonly reference: string | null;
  /** What it is for, as its sender said. */
  readonly category: MessageCategory | null;
  /** Which kind of content it was before its channel's plain form was made of it. */
  readonly degradedFrom: ContentKind | null;
  readonly idempotencyKey: string | null;
  readonly metadata: Readonly<Record<string, unknown>> | null;
  readonly providerData: Readonly<Record<string, unknown>> | null;
  readonly replyToMessageId: MessageId | null;
  /** By time: the contact's latest, and the latest of ours (see `reactions.ts`). */
  readonly reactions: readonly ReactionEntry[];
  /** When it is, or was, due; null for one that was to be sent at once. */
  readonly scheduledAt: string | null;
  /**
   * Where it joined the conversation's messages: a scheduled one with its first call, a reaction never. In a stub, where
   * it would have if it turns out to be a scheduled one.
   */
  readonly addedAt: EventPosition | null;
  readonly createdAt: string;
  /** The largest `recordedAt`. */
  readonly updatedAt: string;
}

/** One change that an event says, whether it moved the status or not. */
export interface TimelineEntry {
  readonly eventId: EventId;
  readonly messageId: MessageId;
  readonly position: EventPosition;
  readonly status: MessageStatus;
  /** Shown as SENDING_FAILED while the attempt's set holds no SENT. */
  readonly isStageUnknown: boolean;
  readonly attempt: number;
  /** Null: of several, or of the whole message. */
  readonly part: number | null;
  readonly occurredAt: string;
  readonly recordedAt: string;
  readonly failure: MessageFailure | null;
}
