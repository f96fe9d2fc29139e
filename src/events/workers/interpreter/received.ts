import type { Interpretation } from '../../../providers/provider.js';
import type { ContactEvent } from '../../contact/events.js';
import type { Identity } from '../../event-identity.js';
import type { MessageId } from '../../kernel/ids.js';
import { contentFacts } from '../../message/content-facts.js';
import type { MessageEvent } from '../../message/events.js';
import type { Thread, ThreadRequest } from '../../outbox/address-book.js';
import type { RawWebhook } from '../../webhook/raw-webhook.js';
import { timesOf } from './receipt.js';

type SaidMessage = Extract<Interpretation, { kind: 'received' }>;

/** An incoming message on its way into its thread. `said.address` is normalized. */
export interface Received {
  readonly raw: RawWebhook;
  readonly said: SaidMessage;
}

export const threadRequestOf = ({ raw, said }: Received): ThreadRequest => ({
  workspaceId: raw.workspaceId,
  channelId: raw.channelId,
  address: said.address,
  displayName: said.displayName,
});

export function receivedEvent(
  { raw, said }: Received,
  { thread, replyTo, identity, now }: { thread: Thread; replyTo: MessageId | undefined; identity: Identity; now: Date },
): MessageEvent {
  const { content, providerMessageId, providerData } = said;
  return {
    ...envelopeOf({ raw, said }, identity, 'received', now),
    type: 'message.received',
    ...thread,
    messageId: identity.incomingMessage(raw.channelId, providerMessageId),
    data: {
      ...contentFacts(content),
      providerMessageId,
      ...(replyTo === undefined ? {} : { replyToMessageId: replyTo }),
      content: { address: said.address, message: content, ...(providerData === undefined ? {} : { providerData }) },
    },
  };
}

/** Said by this message: a change there and back again is three events. */
export function profileEvent(
  received: Received,
  { thread, displayName, identity, now }: { thread: Thread; displayName: string; identity: Identity; now: Date },
): ContactEvent {
  return {
    ...envelopeOf(received, identity, 'contact.profile_changed', now),
    type: 'contact.profile_changed',
    contactId: thread.contactId,
    data: { content: { displayName } },
  };
}

function envelopeOf({ raw, said }: Received, identity: Identity, what: string, now: Date) {
  const { workspaceId, channelId } = raw;
  return {
    id: identity.fromProvider(channelId, said.providerMessageId, what),
    version: 1,
    workspaceId,
    channelId,
    ...timesOf({ occurredAt: (said.occurredAt ?? raw.receivedAt).toISOString() }, now),
    causationId: raw.id,
  };
}
