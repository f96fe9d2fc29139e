import type { Interpretation } from '../../../providers/provider.js';
import type { ContactEvent } from '../../contact/events.js';
import type { Identity } from '../../event-identity.js';
import type { EventId, MessageId } from '../../kernel/ids.js';
import { contentFacts } from '../../message/content-facts.js';
import type { MessageEvent } from '../../message/events.js';
import type { Thread } from '../../outbox/address-book.js';
import type { RawWebhook } from '../../webhook/raw-webhook.js';
import { envelopeOf, originOf } from './envelope.js';

type SaidMessage = Extract<Interpretation, { kind: 'received' }>;

/** An incoming message on its way into its thread. `said.address` is normalized. */
export interface Received {
  readonly raw: RawWebhook;
  readonly said: SaidMessage;
  /** It came long ago, and is read only now. */
  readonly isHistory?: true;
}

export function receivedEvent(
  { raw, said }: Received,
  { thread, replyTo, identity, now }: { thread: Thread; replyTo: MessageId | undefined; identity: Identity; now: Date },
): MessageEvent {
  const { content, providerMessageId, providerData, providerContactId } = said;
  return {
    ...envelopeOf(receivedId({ raw, said }, identity), originOf(raw, said.occurredAt), now),
    type: 'message.received',
    ...{ conversationId: thread.conversationId, contactId: thread.contactId },
    messageId: identity.incomingMessage(raw.channelId, providerMessageId),
    data: {
      ...contentFacts(content),
      providerMessageId,
      ...(replyTo === undefined ? {} : { replyToMessageId: replyTo }),
      content: {
        ...{ address: said.address, message: content },
        ...(providerData === undefined ? {} : { providerData }),
        ...(providerContactId === undefined ? {} : { providerContactId }),
      },
    },
  };
}

/** Said by this message: a change there and back again is three events. */
export function profileEvent(
  received: Received,
  { thread, displayName, identity, now }: { thread: Thread; displayName: string; identity: Identity; now: Date },
): ContactEvent {
  return {
    ...envelopeOf(profileId(received, identity), originOf(received.raw, received.said.occurredAt), now),
    type: 'contact.profile_changed',
    contactId: thread.contactId,
    data: { content: { displayName } },
  };
}

export const receivedId = ({ raw, said }: Received, identity: Identity): EventId =>
  identity.fromProvider(raw.channelId, said.providerMessageId, 'received');

export const profileId = ({ raw, said }: Received, identity: Identity): EventId =>
  identity.fromProvider(raw.channelId, said.providerMessageId, 'contact.profile_changed');
