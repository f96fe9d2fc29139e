import type { EventPosition } from '../events/kernel/event.js';
import type { MessageState } from '../events/message/state.js';
import type { TimelineView } from '../events/queries/finders.js';
import { Message, StatusChange } from '../schema/graphql/message.type.js';
import { toContent } from './content.view.js';
import { toFailure } from './failure.view.js';
import { instance } from './instance.js';
import type { Reach } from './loaders-behind.js';

/** 19 digits hold every offset, so that text sorts as numbers do. */
const SORT_KEY_DIGITS = 19;

/** Null for none, and for a stub: a message of which only receipts are known is shown to nobody. */
export function toMessage(state: MessageState | undefined, reach: Reach = {}): Message | null {
  if (state === undefined || state.direction === null || state.author === null) return null;
  return instance(Message, {
    state,
    readAfter: reach.readAfter,
    asOf: reach.asOf,
    id: state.id,
    direction: state.direction,
    author: state.author,
    authorId: state.authorId,
    content: toContent(state, reach),
    editedAt: state.edit?.at ?? null,
    status: state.status,
    statusAt: state.statusAt,
    failure: toFailure(state.failure),
    providerMessageIds: state.providerMessageIds,
    reference: state.reference,
    category: state.category,
    degradedFrom: state.degradedFrom,
    idempotencyKey: state.idempotencyKey,
    metadata: state.metadata,
    providerData: state.providerData,
    scheduledAt: state.scheduledAt,
    sortKey: toSortKey(state.addedAt),
    createdAt: state.createdAt,
    updatedAt: state.updatedAt,
  });
}

/** One out of a page: finders put no stub on a page. */
export function toListedMessage(state: MessageState, reach?: Reach): Message {
  const message = toMessage(state, reach);
  if (message === null) throw new TypeError('A page of messages holds a stub.');
  return message;
}

/** A conversation lies in one partition: the offset alone orders it. */
const toSortKey = (position: EventPosition | null) =>
  position && position.offset.toString().padStart(SORT_KEY_DIGITS, '0');

export const toStatusChange = (entry: TimelineView): StatusChange =>
  instance(StatusChange, {
    status: entry.status,
    attempt: entry.attempt,
    occurredAt: entry.occurredAt,
    recordedAt: entry.recordedAt,
    failure: toFailure(entry.failure),
    eventId: entry.eventId,
  });
