import { messageIds, type MessageId } from '../kernel/ids.js';
import { instantOf } from '../kernel/instant.js';
import { open } from '../sealing.js';
import type { MessageEvent } from './events.js';
import type { ReactionEntry } from './state.js';

/**
 * Of ours more than the latest are kept, for one that failed shows nothing, and then the one before it stands. Ten in a
 * row that all fail are nobody's ordinary conversation.
 */
const OURS_KEPT = 10;

/**
 * The reactions with one more. What is kept is the largest few of a set in one order, so that every order and repetition
 * of the same events gives the same (rule 13): a contact and a business have one reaction each on a message, the latest.
 */
export function withReaction(
  entries: readonly ReactionEntry[],
  event: Extract<MessageEvent, { type: 'message.reacted' }>,
): readonly ReactionEntry[] {
  if (entries.some(({ eventId }) => eventId === event.id)) return entries;
  const all = [...entries, entryOf(event)].sort(compareEntries);
  const theirs = all.filter(isTheirs).slice(-1);
  const ours = all.filter((entry) => !isTheirs(entry)).slice(-OURS_KEPT);
  return [...theirs, ...ours].sort(compareEntries);
}

/** A reaction that shows: an emoji, and nobody took it back. */
export type ShownReaction = ReactionEntry & { readonly emoji: string };

/** The reactions that show. @param hasFailed whether a reaction's own message failed or was cancelled */
export function shownReactions(
  entries: readonly ReactionEntry[],
  hasFailed: (messageId: MessageId) => boolean,
): readonly ShownReaction[] {
  const standing = entries.filter(({ messageId }) => messageId === null || !hasFailed(messageId));
  const latest = [
    ...standing.filter(isTheirs).slice(-1),
    ...standing.filter((entry) => !isTheirs(entry)).slice(-1),
  ].sort(compareEntries);
  return latest.filter((entry): entry is ShownReaction => entry.emoji !== null);
}

const isTheirs = ({ author }: ReactionEntry): boolean => author === 'CONTACT';

function entryOf(event: Extract<MessageEvent, { type: 'message.reacted' }>): ReactionEntry {
  const { author, authorId, reactionMessageId } = event.data;
  const words = open<{ readonly emoji: string | null }>(event);
  return {
    eventId: event.id,
    author,
    authorId: authorId ?? null,
    messageId: (reactionMessageId !== undefined && messageIds.parse(reactionMessageId)) || null,
    emoji: words.state === 'open' ? words.content.emoji : null,
    occurredAt: instantOf(event.occurredAt),
  };
}

/** Of the same moment by their messages, whose ids rise: what is sent together is of one moment. */
const compareEntries = (a: ReactionEntry, b: ReactionEntry): number =>
  compare(a.occurredAt, b.occurredAt) || compare(a.messageId ?? '', b.messageId ?? '') || compare(a.eventId, b.eventId);

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
