import type { SendMessage } from '../events/commands/commands.js';
import type { PreviewMessageInput, SendMessageInput } from '../schema/graphql/message.input.js';

/** Null and absent mean the same; in `metadata`, which is the caller's own, null stays null. */
export const toSendMessage = (input: SendMessageInput): SendMessage => ({
  ...toPreviewMessage(input),
  idempotencyKey: input.idempotencyKey ?? undefined,
});

/** Likewise. */
export function toPreviewMessage(input: PreviewMessageInput): Omit<SendMessage, 'idempotencyKey'> {
  return {
    channelId: input.channelId,
    to: withoutNulls(input.to),
    content: withoutNulls(input.content),
    author: input.author ?? undefined,
    authorId: input.authorId ?? undefined,
    replyToMessageId: input.replyToMessageId ?? undefined,
    reference: input.reference ?? undefined,
    category: input.category ?? undefined,
    metadata: input.metadata ?? undefined,
    scheduledAt: input.scheduledAt ?? undefined,
  };
}

/** Plain objects without null or undefined members, all the way down: input classes stay on this side. */
const withoutNulls = (value: object): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== null && member !== undefined)
      .map(([name, member]: [string, unknown]) => [name, plain(member)]),
  );

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  return typeof value === 'object' && value !== null ? withoutNulls(value) : value;
}
