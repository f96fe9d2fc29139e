import type { Attributes } from '../kernel/attributes.js';
import type { ChannelId, ContactId, WorkspaceId } from '../kernel/ids.js';

/** Somebody on the other side, as the events keyed by the contact make it. */
export interface ContactState {
  readonly id: ContactId;
  readonly workspaceId: WorkspaceId;
  readonly displayName: string | null;
  readonly addresses: readonly { readonly channelId: ChannelId; readonly address: string }[];
  readonly createdAt: string;
  readonly attributes: Attributes;
  /** How often the attributes changed. */
  readonly attributesRevision: number;
  /** Since when nothing is to be sent by our own will; null: it is. */
  readonly blockedAt: string | null;
  /** The highest that an event about blocking had. */
  readonly blockRevision: number;
  /** The same by the contact's will. */
  readonly optedOutAt: string | null;
  readonly consentRevision: number;
  /** Who is shown in its place; null: it is shown itself. Never one that is itself merged into another, once both are folded. */
  readonly mergedInto: ContactId | null;
  /** How often that was said; the highest counts. */
  readonly mergeRevision: number;
}

/** What a contact has of these before anybody said anything. */
export const UNSAID = {
  ...{ attributes: {}, attributesRevision: 0 },
  ...{ blockedAt: null, blockRevision: 0, optedOutAt: null, consentRevision: 0 },
  ...{ mergedInto: null, mergeRevision: 0 },
} as const satisfies Partial<ContactState>;

/** Why nothing may be sent to somebody. What the contact wants is said first. */
export type Bar = 'RECIPIENT_OPTED_OUT' | 'RECIPIENT_BLOCKED';

export function barOf({
  isBlocked,
  isOptedOut,
}: {
  readonly isBlocked: boolean;
  readonly isOptedOut: boolean;
}): Bar | undefined {
  if (isOptedOut) return 'RECIPIENT_OPTED_OUT';
  return isBlocked ? 'RECIPIENT_BLOCKED' : undefined;
}
