import type { TraceContext } from './trace-context.js';
import type { ChannelId, ContactId, ConversationId, EventId, MessageId, WorkspaceId } from './ids.js';

/**
 * One recorded fact. The ids stand here and not in `data`, so that every reader finds them in one place.
 * Times are RFC 3339 in UTC with milliseconds.
 */
export interface EventEnvelope<Type extends string = string, Data extends object = object> {
  readonly id: EventId;
  readonly type: Type;
  /** The version of `data`'s schema; within one version only optional fields are added. */
  readonly version: number;
  readonly workspaceId: WorkspaceId;
  readonly channelId?: ChannelId | undefined;
  readonly conversationId?: ConversationId | undefined;
  readonly contactId?: ContactId | undefined;
  readonly messageId?: MessageId | undefined;
  /** The provider's time; ours where it gives none. */
  readonly occurredAt: string;
  /** Ours. Neither time orders anything: positions do. */
  readonly recordedAt: string;
  /** What this event follows from: the raw webhook's id, or the command's event. */
  readonly causationId?: string | undefined;
  /** Read out of an old webhook later on, by a newer adapter: it opens, reopens, notifies and sends nothing (design §9). */
  readonly reinterpreted?: true | undefined;
  readonly data: Data;
  /** In which trace it came about: a header of its record, never in its value. Absent where nothing is traced. */
  readonly trace?: TraceContext | undefined;
}

/** Where an event stands in the events topic. */
export interface EventPosition {
  readonly partition: number;
  readonly offset: bigint;
}

/** An event as a fold sees it: with its place, which decides order. */
export interface RecordedEvent<Event extends EventEnvelope = EventEnvelope> {
  readonly event: Event;
  readonly position: EventPosition;
}
