import type { MessageId } from '../events/kernel/ids.js';
import { shownReactions } from '../events/message/reactions.js';
import type { MessageState, MessageStatus } from '../events/message/state.js';
import { Reaction } from '../schema/graphql/message.type.js';
import { instance } from './instance.js';
import type { Loaders } from './loaders.js';

/** Of what never reached the contact nothing shows. */
const FAILED: ReadonlySet<MessageStatus> = new Set(['SENDING_FAILED', 'DELIVERY_FAILED', 'CANCELLED']);

/** Each side's latest that stands: one of ours shows from its acceptance on, unless its own message failed. */
export async function toReactions({ reactions }: MessageState, { messages }: Loaders): Promise<Reaction[]> {
  const ids = reactions.flatMap(({ messageId }) => messageId ?? []);
  const own = await Promise.all(ids.map((id) => messages.load(id)));
  const failed = new Set<MessageId>();
  for (const message of own) if (message !== undefined && FAILED.has(message.status)) failed.add(message.id);
  return shownReactions(reactions, (messageId) => failed.has(messageId)).map((reaction) =>
    instance(Reaction, {
      emoji: reaction.emoji,
      author: reaction.author,
      authorId: reaction.authorId,
      messageId: reaction.messageId,
      occurredAt: reaction.occurredAt,
    }),
  );
}
