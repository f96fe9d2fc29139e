import type { ReadLimits } from '../../access/caller.js';
import type { ChannelPlatform, ProviderKind } from '../channel/events.js';
import type { ConversationStatus } from '../conversation/state.js';
import type { ChannelId, ContactId } from '../kernel/ids.js';

/** Which conversations; all of it must hold. */
export interface ConversationFilter {
  readonly status?: ConversationStatus | undefined;
  readonly channelIds?: readonly ChannelId[] | undefined;
  readonly contactId?: ContactId | undefined;
  readonly isUnread?: boolean | undefined;
  /** What a client token names; undefined: the whole workspace. */
  readonly within?: ReadLimits | undefined;
  /** The customer's own ids. */
  readonly agentId?: string | undefined;
  readonly teamId?: string | undefined;
  /** To an agent or a team, whichever. */
  readonly isAssigned?: boolean | undefined;
  /** All of them must be on it. */
  readonly labels?: readonly string[] | undefined;
  readonly isSnoozed?: boolean | undefined;
  readonly platform?: ChannelPlatform | undefined;
  /** Those whose service window is open and will close. Needed where that orders them, too. */
  readonly window?: WindowFilter | undefined;
  readonly activeAfter?: Date | undefined;
  readonly activeBefore?: Date | undefined;
  /** Beginnings of words of the contact's name or address, or some digits of a phone number. */
  readonly text?: string | undefined;
}

export interface WindowFilter {
  /** Undefined: whenever. */
  readonly closesWithinMs: number | undefined;
  /** Where it closes at all. */
  readonly hours: readonly WindowHours[];
}

/** For how long the window of a provider's channels of a platform is open. */
export interface WindowHours {
  readonly provider: ProviderKind;
  readonly platform: ChannelPlatform;
  readonly hours: number;
}

/** `LONGEST_WAITING` has those only whose contact waits, `WINDOW_CLOSING` those only whose window is open and will close. */
export const CONVERSATION_ORDERS = [
  'NEWEST_ACTIVITY',
  'OLDEST_ACTIVITY',
  'LONGEST_WAITING',
  'WINDOW_CLOSING',
  'NEWEST',
] as const;
export type ConversationOrder = (typeof CONVERSATION_ORDERS)[number];

export type AssigneeFilter = Pick<ConversationFilter, 'agentId' | 'teamId'>;

export interface ConversationCounts {
  readonly open: number;
  readonly closed: number;
  /** Open ones that are nobody's. */
  readonly unassigned: number;
  /** Of open ones, the most first. */
  readonly assignees: readonly {
    readonly agentId: string | null;
    readonly teamId: string | null;
    readonly open: number;
  }[];
}
