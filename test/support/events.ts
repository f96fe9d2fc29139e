import type { ParleyEvent } from '../../src/events/catalog.js';
import type { RecordedEvent } from '../../src/events/kernel/event.js';
import {
  channelIds,
  contactIds,
  conversationIds,
  eventIds,
  messageIds,
  noteIds,
  workspaceIds,
} from '../../src/events/kernel/ids.js';

/** The n-th UUID of a kind: readable in a failure, the same in every run. */
const nth = (kind: number, n: number): string => `0000000${kind}-0000-7000-8000-${n.toString(16).padStart(12, '0')}`;

export const workspaceId = (n = 1) => workspaceIds.fromUuid(nth(1, n));
export const channelId = (n = 1) => channelIds.fromUuid(nth(2, n));
export const conversationId = (n = 1) => conversationIds.fromUuid(nth(3, n));
export const contactId = (n = 1) => contactIds.fromUuid(nth(4, n));
export const messageId = (n = 1) => messageIds.fromUuid(nth(5, n));
export const noteId = (n = 1) => noteIds.fromUuid(nth(7, n));
export const eventId = (n: number) => eventIds.fromUuid(nth(6, n));

/** Noon of a day plus so many seconds. */
export const at = (seconds: number): string => new Date(Date.UTC(2026, 5, 1, 12, 0, seconds)).toISOString();

/** What an event of these tests may say; the rest is filled in. */
export type EventSketch<Type extends ParleyEvent['type'] = ParleyEvent['type']> = {
  readonly type: Type;
  /** The event's id, and seconds of both times where they aren't given. */
  readonly n: number;
  readonly data?: Extract<ParleyEvent, { type: Type }>['data'];
  readonly occurredAt?: string;
  readonly recordedAt?: string;
  readonly message?: number;
  /** Of the conversation and the contact. */
  readonly thread?: number;
};

/** An event of workspace, channel, conversation and contact 1. */
export function event<Type extends ParleyEvent['type']>(
  sketch: EventSketch<Type>,
): Extract<ParleyEvent, { type: Type }> {
  const { type, n, data = {}, message = 1, thread = 1, occurredAt = at(n), recordedAt = at(n) } = sketch;
  const made = {
    id: eventId(n),
    type,
    version: 1,
    workspaceId: workspaceId(),
    channelId: channelId(),
    ...((type.startsWith('message.') || type.startsWith('conversation.')) && {
      conversationId: conversationId(thread),
    }),
    ...(!type.startsWith('channel.') && !type.startsWith('audit.') && { contactId: contactId(thread) }),
    ...(type.startsWith('message.') && { messageId: messageId(message) }),
    occurredAt,
    recordedAt,
    data,
  };
  return made as unknown as Extract<ParleyEvent, { type: Type }>;
}

/** In one partition, at its own number. */
export const recorded = <Event extends ParleyEvent>(one: Event, offset: number): RecordedEvent<Event> => ({
  event: one,
  position: { partition: 0, offset: BigInt(offset) },
});

export const acceptedData = (parts = 1, text = 'hello') => ({
  contentKind: 'text' as const,
  textBytes: Buffer.byteLength(text),
  mediaCount: 0,
  author: 'AGENT' as const,
  parts,
  content: {
    address: '+15550100000',
    message: { kind: 'text' as const, text, actions: [], attachments: [] },
  },
});

export const receivedData = (providerMessageId = 'in-1', text = 'hi') => ({
  contentKind: 'text' as const,
  textBytes: Buffer.byteLength(text),
  mediaCount: 0,
  providerMessageId,
  content: {
    address: '+15550100000',
    message: { kind: 'text' as const, text, actions: [], attachments: [] },
  },
});
