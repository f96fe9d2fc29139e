import { sourceOf, subjectOf } from '../events/codec.js';
import type { EventEnvelope } from '../events/kernel/event.js';
import { Event } from '../schema/graphql/event.type.js';
import { instance } from './instance.js';

/** @param cursor what a reader has seen with this event */
export const toEvent = (event: EventEnvelope, cursor: string): Event =>
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
    data: { ...event.data },
  });
