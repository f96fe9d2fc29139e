import { messageIds, type EventId } from '../kernel/ids.js';
import type { MessageAccepted } from './decide.js';
import type { MessageEvent } from './events.js';

export type MessageReacted = Extract<MessageEvent, { type: 'message.reacted' }>;

/** What a reaction that is sent from here says of its target. Undefined for every other send. */
export function reactedBy(event: MessageAccepted, eventId: EventId): MessageReacted | undefined {
  const message = event.data.content?.message;
  if (message?.kind !== 'reaction') return undefined;
  const { author, authorId } = event.data;
  return {
    ...event,
    id: eventId,
    type: 'message.reacted',
    messageId: messageIds.parse(message.targetMessageId),
    causationId: event.id,
    data: {
      author,
      ...(authorId === undefined ? {} : { authorId }),
      reactionMessageId: event.messageId,
      content: { emoji: message.emoji },
    },
  };
}
