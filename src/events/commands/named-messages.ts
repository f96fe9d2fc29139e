import type { Caller } from '../../access/caller.js';
import { messageIds, type MessageId } from '../kernel/ids.js';
import type { SendForm } from '../message/send-form.js';
import type { MessageState, MessageStatus } from '../message/state.js';
import type { Thread } from '../outbox/address-book.js';
import type { Finders } from '../queries/finders.js';
import type { UserError } from './commands.js';
import type { FreshLookup } from './fresh-lookup.js';

export interface NamedMessageDeps {
  readonly finders: Pick<Finders, 'messages'>;
  readonly freshly: FreshLookup;
}

/** Of ours, what the contact never got to see, or no longer sees. */
const UNSEEN: readonly MessageStatus[] = ['SCHEDULED', 'CANCELLED', 'SENDING_FAILED', 'DELIVERY_FAILED', 'DELETED'];

/**
 * The messages that a send names, by what it answers or by what it reacts to, must be of its own thread and no reaction
 * themselves. What is reacted to must be something that both sides can know.
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
  const isOfThread = (message: MessageState | undefined): message is MessageState =>
    message !== undefined && message.conversationId === thread?.conversationId && message.contentKind !== 'reaction';

  if (replyToMessageId !== undefined && !isOfThread(await find(replyToMessageId)))
    return notFound(['replyToMessageId'], 'No such message in this conversation.');
  if (content.kind !== 'reaction') return undefined;
  const targetId = messageIds.parse(content.targetMessageId);
  const target = targetId && (await find(targetId));
  if (isOfThread(target) && !UNSEEN.includes(target.status)) return undefined;
  return notFound(['content', 'reaction', 'messageId'], 'No message in this conversation that could be reacted to.');
}

const notFound = (field: readonly string[], message: string): UserError => ({
  code: 'MESSAGE_NOT_FOUND',
  message,
  field,
});
