import type { Scope } from '../access/caller.js';
import { sourceOf, subjectOf } from '../events/codec.js';
import type { EventEnvelope } from '../events/kernel/event.js';
import { Event } from '../schema/graphql/event.type.js';
import { instance } from './instance.js';

/**
 * @param cursor what a reader has seen with this event
 * @param scopes of who asks: what people wrote, and who they are, is shown to who may read messages or contacts, and the
 *   facts of an event to everybody who may read events
 */
export const toEvent = (event: EventEnvelope, cursor: string, scopes: ReadonlySet<Scope>): Event =>
  instance(Event, {
    id: event.id,
    type: event.type,
    version: event.version,
    source: sourceOf(event),
    time: event.occurredAt,
    recordedAt: event.recordedAt,
    isReinterpreted: event.reinterpreted === true,
    subject: subjectOf(event),
    cursor,
    channelId: event.channelId ?? null,
    conversationId: event.conversationId ?? null,
    contactId: event.contactId ?? null,
    messageId: event.messageId ?? null,
    data: scopes.has(contentScopeOf(event)) ? { ...event.data } : factsOf(event),
  });

const contentScopeOf = ({ type }: EventEnvelope): Scope =>
  type.startsWith('contact.') ? 'CONTACTS_READ' : 'MESSAGES_READ';

/** Personal content stands apart in every event (rule 9), open or sealed. */
function factsOf(event: EventEnvelope): Record<string, unknown> {
  const data: Record<string, unknown> = { ...event.data };
  delete data['content'];
  delete data['sealed'];
  return data;
}
