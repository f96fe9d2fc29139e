import type { conversationSnapshots } from '../../schema/tables/read.js';
import { UNTENDED, type ConversationState } from '../conversation/state.js';
import type { EventPosition } from '../kernel/event.js';
import { conversationIds, workspaceIds } from '../kernel/ids.js';

const UNMERGED = { mergedInto: null, mergedAt: null, heardAt: null } as const;

export type ConversationSnapshotRow = typeof conversationSnapshots.$inferSelect;

/**
 * Events of a conversation between two of its snapshots, and with it how many a moment of it is folded of at most. Each
 * snapshot is some 500 bytes: 2.5 an event, beside about 1 KiB of the event itself.
 */
export const SNAPSHOT_EVERY = 200;

/** The conversation's snapshot where it is due after this event; the same ones whatever the batches were. */
export function snapshotDue(state: ConversationState, { offset }: EventPosition): ConversationSnapshotRow[] {
  if (state.eventCount % SNAPSHOT_EVERY !== 0) return [];
  return [
    {
      workspaceId: workspaceIds.toUuid(state.workspaceId),
      conversationId: conversationIds.toUuid(state.id),
      nextOffset: offset + 1n,
      recordedUntil: new Date(state.recordedUntil),
      state: { ...state, address: null, providerContactId: null },
      hasAddress: state.address !== null,
    },
  ];
}

/** @param address the conversation's own, as it is now: where it was erased it is gone from every moment */
export const stateOfSnapshot = (
  { state, hasAddress }: Pick<ConversationSnapshotRow, 'state' | 'hasAddress'>,
  address: string | null,
): ConversationState => ({
  // Older ones were taken when nobody could do anything about a conversation yet, or say who waits.
  ...{ ...UNTENDED, waitingSince: null, addressAt: null, providerContactId: null, ...UNMERGED },
  ...(state as ConversationState),
  address: hasAddress ? address : null,
});
