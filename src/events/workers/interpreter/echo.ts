import { z } from 'zod';
import type { EchoedStatement } from '../../../providers/interpretation.js';
import type { Identity } from '../../event-identity.js';
import type { EventId, MessageId } from '../../kernel/ids.js';
import { contentFacts } from '../../message/content-facts.js';
import { messageContent } from '../../message/content.js';
import type { MessageEvent } from '../../message/events.js';
import type { Thread } from '../../outbox/address-book.js';
import { envelopeOf } from './envelope.js';
import type { Receipt } from './receipt.js';

/** What an echo says of a message, for the case that it turns out to be none of ours. */
export const echoFacts = z.object({
  address: z.string(),
  content: messageContent,
  replyToProviderMessageId: z.string().optional(),
  providerData: z.record(z.string(), z.unknown()).optional(),
  providerContactId: z.string().optional(),
});
export type EchoFacts = z.infer<typeof echoFacts>;

/** An echo counts as a receipt that says *sent*, until no message of ours is found for it. */
export type Echo = Receipt & { readonly facts: { readonly echo: EchoFacts } };

export const isEcho = (receipt: Receipt): receipt is Echo => receipt.facts.echo !== undefined;

export const echoOf = ({ address, content, replyToProviderMessageId, ...said }: EchoedStatement): EchoFacts => ({
  ...{ address, content, replyToProviderMessageId, providerContactId: said.providerContactId },
  ...(said.providerData === undefined ? {} : { providerData: { ...said.providerData } }),
});

/** Of what was written elsewhere: like an incoming message it is known by the provider's id alone. */
export const echoedMessageId = ({ channelId, providerMessageId }: Receipt, identity: Identity): MessageId =>
  identity.incomingMessage(channelId, providerMessageId);

export const echoedId = ({ channelId, providerMessageId }: Receipt, identity: Identity): EventId =>
  identity.fromProvider(channelId, providerMessageId, 'echoed');

/** An outgoing message of its own. */
export function echoedEvent(
  echo: Echo,
  { thread, replyTo, identity, now }: { thread: Thread; replyTo: MessageId | undefined; identity: Identity; now: Date },
): MessageEvent {
  const { providerMessageId, facts } = echo;
  const { address, content, providerData, providerContactId } = facts.echo;
  return {
    ...envelopeOf(echoedId(echo, identity), { ...echo, occurredAt: facts.occurredAt }, now),
    type: 'message.echoed',
    conversationId: thread.conversationId,
    contactId: thread.contactId,
    messageId: echoedMessageId(echo, identity),
    data: {
      ...contentFacts(content),
      providerMessageId,
      ...(replyTo === undefined ? {} : { replyToMessageId: replyTo }),
      content: {
        ...{ address, message: content },
        ...(providerData === undefined ? {} : { providerData }),
        ...(providerContactId === undefined ? {} : { providerContactId }),
      },
    },
  };
}
