import type { Identity } from '../../event-identity.js';
import type { ContactId, ConversationId, EventId, MessageId } from '../../kernel/ids.js';
import { contentFacts } from '../../message/content-facts.js';
import type { MessageEvent } from '../../message/events.js';
import type { RawWebhook } from '../../webhook/raw-webhook.js';
import { envelopeOf, originOf } from './envelope.js';
import type { Judged } from './judged.js';

/** What the contact did to a message that there is already. `said.address` is normalized. */
export type SaidOfMessage = Extract<Judged, { kind: 'reacted' | 'deleted' | 'edited' }>;

/** It, on its way to that message. */
export interface Told {
  readonly raw: RawWebhook;
  readonly said: SaidOfMessage;
  /** It came long ago, and is read only now. */
  readonly isHistory?: true;
}

/** The message that it is about: one of ours, or else one that the contact wrote, seen already or not. */
export interface ToldOf {
  readonly messageId: MessageId;
  readonly conversationId: ConversationId;
  readonly contactId?: ContactId | undefined;
  /** Which part of ours. */
  readonly attempt?: number;
  readonly part?: number;
}

export const isOfMessage = (said: Judged): said is SaidOfMessage =>
  said.kind === 'reacted' || said.kind === 'deleted' || said.kind === 'edited';

/** What can be said twice of one message is told apart by the provider's own time or id of it (rule 7). */
export function toldId({ raw, said }: Told, identity: Identity): EventId {
  const what = said.kind === 'deleted' ? said.kind : `${said.kind}:${said.occasion}`;
  return identity.fromProvider(raw.channelId, said.providerMessageId, what);
}

export function toldEvent(told: Told, of: ToldOf, { identity, now }: { identity: Identity; now: Date }): MessageEvent {
  const { raw, said } = told;
  const { messageId, conversationId, contactId } = of;
  return {
    ...envelopeOf(toldId(told, identity), originOf(raw, said.occurredAt), now),
    ...{ conversationId, messageId },
    ...(contactId === undefined ? {} : { contactId }),
    ...factOf(said, of),
  };
}

function factOf(said: SaidOfMessage, { attempt = 1, part = 0 }: ToldOf) {
  const { providerMessageId } = said;
  if (said.kind === 'deleted') return { type: 'message.deleted' as const, data: { attempt, part, providerMessageId } };
  if (said.kind === 'edited') {
    const data = { ...contentFacts(said.content), providerMessageId, content: { message: said.content } };
    return { type: 'message.edited' as const, data };
  }
  return { type: 'message.reacted' as const, data: { author: 'CONTACT' as const, content: { emoji: said.emoji } } };
}
