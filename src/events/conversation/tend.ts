import { mergeAttributes } from '../kernel/attributes.js';
import { instantOf } from '../kernel/instant.js';
import { open } from '../sealing.js';
import type { ConversationEvent } from './events.js';
import type { ConversationState } from './state.js';

/** What whoever looks after a conversation does about it. */
export const TENDING_TYPES = [
  ...(['conversation.closed', 'conversation.reopened', 'conversation.snoozed', 'conversation.assigned'] as const),
  ...(['conversation.labels_changed', 'conversation.attributes_changed'] as const),
] as const satisfies readonly ConversationEvent['type'][];
export type TendingEvent = Extract<ConversationEvent, { type: (typeof TENDING_TYPES)[number] }>;

/** Of two that say otherwise the one folded last stands: give them in the order of positions. */
export function tended(state: ConversationState, event: TendingEvent): ConversationState {
  switch (event.type) {
    case 'conversation.closed':
      return { ...state, status: 'CLOSED', snoozedUntil: null, waitingSince: null };
    case 'conversation.reopened':
      return reopened(state);
    case 'conversation.snoozed':
      // Closed by somebody else in the same moment: what is done isn't put aside.
      return state.status === 'CLOSED' ? state : { ...state, snoozedUntil: instantOf(event.data.until) };
    case 'conversation.assigned':
      return { ...state, agentId: event.data.agentId, teamId: event.data.teamId };
    case 'conversation.labels_changed':
      return { ...state, labels: withLabels(state.labels, event.data) };
    case 'conversation.attributes_changed': {
      const said = open<{ readonly attributes: ConversationState['attributes'] }>(event);
      return said.state === 'open'
        ? { ...state, attributes: mergeAttributes(state.attributes, said.content.attributes) }
        : state;
    }
  }
}

/** Somebody has to look after it now. */
export const reopened = (state: ConversationState): ConversationState => ({
  ...state,
  status: 'OPEN',
  snoozedUntil: null,
});

/** Sorted, each once. */
export function withLabels(
  labels: readonly string[],
  { added, removed }: { readonly added: readonly string[]; readonly removed: readonly string[] },
): readonly string[] {
  return [...new Set([...labels.filter((label) => !removed.includes(label)), ...added])].sort();
}
