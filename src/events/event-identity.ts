import {
  contactIds,
  conversationIds,
  eventIds,
  messageIds,
  noteIds,
  type ChannelId,
  type ContactId,
  type ConversationId,
  type EventId,
  type MessageId,
  type NoteId,
} from './kernel/ids.js';
import type { IdDeriver } from './kernel/derive-id.js';

/** A call to the provider: attempts count from 1, parts from 0, calls within an attempt from 1. */
export interface CallRef {
  readonly messageId: MessageId;
  readonly attempt: number;
  readonly part: number;
  readonly call: number;
}

/** Ids that follow from what is said, so that whoever says it again says it under the same id (rules 5 to 7). */
export interface Identity {
  readonly fingerprint: string;
  addressHash(channelId: ChannelId, normalizedAddress: string): Buffer;
  conversation(channelId: ChannelId, normalizedAddress: string): ConversationId;
  contact(channelId: ChannelId, normalizedAddress: string): ContactId;
  incomingMessage(channelId: ChannelId, providerMessageId: string): MessageId;
  /** @param occasion the same for whoever says that he says the same note again */
  note(conversationId: ConversationId, occasion: string, note: string): NoteId;
  /** What a provider said about a message of its own numbering: a receipt status, `received`, … */
  fromProvider(channelId: ChannelId, providerMessageId: string, said: string): EventId;
  /** A step of our own. */
  ofCall(call: CallRef, type: string): EventId;
  /** The first event of an outgoing message. */
  ofAcceptance(messageId: MessageId): EventId;
  /** A command without a message: its subject, what was reached, and the event's type. */
  ofCommand(subjectId: string, reached: string, type: string): EventId;
  /** An event that is to be taken otherwise: which one, what it was taken for until then, and what it says by now. */
  ofCorrection(correctedId: EventId, supersededId: EventId, says: string): EventId;
  /** Tells two requests apart. It stands outside `content`, so it must not let anyone guess what a request said. */
  requestHash(request: string): string;
}

export function createIdentity(deriver: IdDeriver): Identity {
  const event = (...parts: readonly string[]) => eventIds.fromUuid(deriver.derive('event', ...parts));
  return {
    fingerprint: deriver.fingerprint,
    addressHash: (channelId, address) => deriver.addressHash(channelId, address),
    conversation: (channelId, address) => conversationIds.fromUuid(deriver.derive('conversation', channelId, address)),
    contact: (channelId, address) => contactIds.fromUuid(deriver.derive('contact', channelId, address)),
    incomingMessage: (channelId, providerMessageId) =>
      messageIds.fromUuid(deriver.derive('incoming', channelId, providerMessageId)),
    note: (conversationId, occasion, note) => noteIds.fromUuid(deriver.derive('note', conversationId, occasion, note)),
    fromProvider: (channelId, providerMessageId, said) => event('provider', channelId, providerMessageId, said),
    ofCall: (call, type) =>
      event('call', call.messageId, String(call.attempt), String(call.part), String(call.call), type),
    ofAcceptance: (messageId) => event('accepted', messageId),
    ofCommand: (subjectId, reached, type) => event('command', subjectId, reached, type),
    ofCorrection: (correctedId, supersededId, says) => event('correction', correctedId, supersededId, says),
    requestHash: (request) => deriver.derive('request', request).replaceAll('-', ''),
  };
}
