import { earlierOf, laterOf, ofKnown } from '../kernel/instant.js';
import type { ConversationId, MessageId } from '../kernel/ids.js';
import type { ConversationState } from './state.js';

/** A conversation as it is shown: with those whose contact went over to its address (rule 5). */
export interface WholeConversation extends ConversationState {
  /** Each by itself, the conversation's own first; absent where none is shown as this one. */
  readonly parts?: readonly [own: ConversationState, ...absorbed: ConversationState[]];
}

/** Everything that is shown as a conversation, the conversation's own first. */
export const partsOf = (conversation: WholeConversation): readonly [ConversationState, ...ConversationState[]] =>
  conversation.parts ?? [conversation];

/** The ids of those that are shown as it; mostly none. */
export const absorbedIds = ({ parts }: WholeConversation): readonly ConversationId[] =>
  parts?.slice(1).map(({ id }) => id) ?? [];

/**
 * One thread with one contact, of which each part keeps its own events. Who looks after it, and since when somebody waits,
 * is the own one's: an answer ends the waiting in that one only.
 * @param absorbed in any order
 * @param inOrder messages of any of them, oldest first: at least the last ones of each
 */
export function combineConversations(
  own: ConversationState,
  absorbed: readonly ConversationState[],
  inOrder: readonly MessageId[],
): WholeConversation {
  if (absorbed.length === 0) return own;
  const parts = [own, ...[...absorbed].sort(byId)] as const;
  const sumOf = (count: (part: ConversationState) => number) => parts.reduce((sum, part) => sum + count(part), 0);
  const lastIds = parts.map(({ lastMessageId }) => lastMessageId);
  return {
    ...own,
    incomingCount: sumOf(({ incomingCount }) => incomingCount),
    readIncomingCount: sumOf(({ incomingCount, readIncomingCount }) => Math.min(incomingCount, readIncomingCount)),
    lastMessageId: inOrder.findLast((id) => lastIds.includes(id)) ?? own.lastMessageId,
    lastActivityAt: parts.map(({ lastActivityAt }) => lastActivityAt).reduce(laterOf),
    lastIncomingAt: parts.map(({ lastIncomingAt }) => lastIncomingAt).reduce(lastSaid),
    createdAt: parts.map(({ createdAt }) => createdAt).reduce(earlierOf),
    parts,
  };
}

const byId = (a: ConversationState, b: ConversationState): number => (a.id < b.id ? -1 : 1);

const lastSaid = ofKnown(laterOf);

/** Of conversations that were found, each as it is shown: one that is shown as another is answered by that one. */
export function showConversations(
  found: readonly ConversationState[],
  inOrder: readonly MessageId[],
): ReadonlyMap<ConversationId, WholeConversation> {
  const byId = new Map(found.map((state) => [state.id, state]));
  const shownOf = new Map(found.map((state) => [state.id, shownAs(state, byId)]));
  return new Map(
    found.map((state) => {
      const own = shownOf.get(state.id) ?? state;
      const others = found.filter(({ id }) => id !== own.id && shownOf.get(id)?.id === own.id);
      return [state.id, combineConversations(own, others, inOrder)];
    }),
  );
}

/** One that the projector has not heard of yet can't be shown in anybody's place; nor one that goes round in a circle. */
function shownAs(state: ConversationState, byId: ReadonlyMap<ConversationId, ConversationState>): ConversationState {
  const passed = new Set<ConversationId>();
  let shown = state;
  while (shown.mergedInto !== null && !passed.has(shown.id)) {
    passed.add(shown.id);
    shown = byId.get(shown.mergedInto) ?? { ...shown, mergedInto: null };
  }
  return shown;
}
