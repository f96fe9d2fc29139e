import type { Attributes } from '../kernel/attributes.js';
import type { ChannelId, ContactId, ConversationId, MessageId, WorkspaceId } from '../kernel/ids.js';

export const CONVERSATION_STATUSES = ['OPEN', 'CLOSED'] as const;
export type ConversationStatus = (typeof CONVERSATION_STATUSES)[number];

/** The one thread between a channel and an address, as its events make it. */
export interface ConversationState {
  readonly id: ConversationId;
  readonly workspaceId: WorkspaceId;
  readonly channelId: ChannelId;
  readonly contactId: ContactId | null;
  /** The contact's address; null in a stub, or erased. */
  readonly address: string | null;
  /** When the contact was last heard of by that address, or was said to have it; null: never. */
  readonly addressAt: string | null;
  /** Which one it is shown as: its contact went over to the address of that one, and was not heard of here since. */
  readonly mergedInto: ConversationId | null;
  /** When its contact last went over to another one's address; null: never. */
  readonly mergedAt: string | null;
  /** When the contact last wrote here, or came over from another one; null: never. */
  readonly heardAt: string | null;
  /** What the provider calls the contact, where it says so. */
  readonly providerContactId: string | null;
  readonly status: ConversationStatus;
  /** Put aside until then, unless that has passed: no event ends it. Null in a closed one. */
  readonly snoozedUntil: string | null;
  /** Both the customer's own ids; null: nobody. */
  readonly agentId: string | null;
  readonly teamId: string | null;
  /** Sorted, each once. */
  readonly labels: readonly string[];
  readonly attributes: Attributes;
  readonly incomingCount: number;
  /** Of those, how many lie at or before the read mark. */
  readonly readIncomingCount: number;
  /** When a mark last left nothing unread; null: none ever did. */
  readonly allReadAt: string | null;
  readonly lastMessageId: MessageId | null;
  /** The largest `occurredAt`, never later than its `recordedAt`. */
  readonly lastActivityAt: string;
  /** The same over incoming messages: what the service window counts from. */
  readonly lastIncomingAt: string | null;
  /** When the contact first wrote of what nobody has answered; null: nobody waits. */
  readonly waitingSince: string | null;
  readonly createdAt: string;
  /** How many events it was folded of. */
  readonly eventCount: number;
  /** The largest `recordedAt` of those. */
  readonly recordedUntil: string;
}

/** What a conversation has of these before anybody did anything about it. */
export const UNTENDED = {
  ...{ status: 'OPEN', snoozedUntil: null, agentId: null, teamId: null, labels: [], attributes: {} },
} as const satisfies Partial<ConversationState>;

export const unreadCount = (state: ConversationState): number =>
  Math.max(0, state.incomingCount - state.readIncomingCount);
