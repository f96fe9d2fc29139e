import type { Caller } from '../../access/caller.js';
import { messageIds, type MessageId } from '../kernel/ids.js';
import type { SendForm } from '../message/send-form.js';
import type { MessageState, MessageStatus } from '../message/state.js';
import type { Thread } from '../outbox/address-book.js';
import type { Finders } from '../queries/finders.js';
import type { UserError } from './commands.js';
import type { FreshLookup } from './fresh-lookup.js';

export interface NamedMessageDeps {
  readonly finders: Pick<Finders, 'messages' | 'conversations'>;
  readonly freshly: FreshLookup;
}

/** Of ours, what the contact never got to see, or no longer sees. */
const UNSEEN: readonly MessageStatus[] = ['SCHEDULED', 'CANCELLED', 'SENDING_FAILED', 'DELIVERY_FAILED', 'DELETED'];

/**
 * The messages that a send names, by what it answers or by what it reacts to, must be of its own thread, or of one that is
 * shown as that, and no reaction themselves. What is reacted to must be something that both sides can know.
 */
export async function refuseNamedMessages(
  deps: NamedMessageDeps,
  { workspaceId }: Caller,
  { replyToMessageId, content }: SendForm,
  thread: Thread | undefined,
): Promise<UserError | undefined> {
  const find = (id: MessageId) =>
    deps.freshly(async () => {
      const [message] = await deps.finders.messages(workspaceId, [id]);
      return message?.direction === null ? undefined : message;
    });
  const findInThread = async (id: MessageId) => {
    const message = await find(id);
    const isOfThread = message !== undefined && message.contentKind !== 'reaction' && (await isIn(message, thread));
    return isOfThread ? message : undefined;
  };
  const isIn = async ({ conversationId }: MessageState, into: Thread | undefined) => {
    if (into === undefined || conversationId === into.conversationId) return into !== undefined;
    const [shown] = await deps.finders.conversations(workspaceId, [conversationId]);
    return shown?.id === into.conversationId;
  };

  if (replyToMessageId !== undefined && (await findInThread(replyToMessageId)) === undefined)
    return notFound(['replyToMessageId'], 'No such message in this conversation.');
  if (content.kind !== 'reaction') return undefined;
  const targetId = messageIds.parse(content.targetMessageId);
  const target = targetId && (await findInThread(targetId));
  if (target !== undefined && !UNSEEN.includes(target.status)) return undefined;
  return notFound(['content', 'reaction', 'messageId'], 'No message in this conversation that could be reacted to.');
}

const notFound = (field: readonly string[], message: string): UserError => ({
  code: 'MESSAGE_NOT_FOUND',
  message,
  field,
});
