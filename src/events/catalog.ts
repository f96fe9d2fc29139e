import type { z } from 'zod';
import { auditEventData, channelEventData, type AuditEvent, type ChannelEvent } from './channel/events.js';
import { contactEventData, type ContactEvent } from './contact/events.js';
import { conversationEventData, type ConversationEvent } from './conversation/events.js';
import { messageEventData, type MessageEvent } from './message/events.js';
import type { Upcast } from './upcast.js';

/** Every event that this version writes and folds. */
export type ParleyEvent = MessageEvent | ConversationEvent | ContactEvent | ChannelEvent | AuditEvent;

/** Which of the envelope's ids the event is keyed by (rule 8). */
export type KeyField = 'conversationId' | 'contactId' | 'channelId' | 'workspaceId';

export interface CatalogEntry {
  /** Of `data`'s schema: one more than there are upcasts. */
  readonly version: number;
  readonly keyedBy: KeyField;
  /** Today's; older versions are brought up to it on reading. */
  readonly data: z.ZodType;
  /** From version 1 to 2, from 2 to 3, …: none is ever taken away, for the log has what every version wrote. */
  readonly upcasts: readonly Upcast[];
}

export type EventCatalog = ReadonlyMap<string, CatalogEntry>;

export const catalogEntry = (keyedBy: KeyField, data: z.ZodType, upcasts: readonly Upcast[] = []): CatalogEntry => ({
  ...{ version: upcasts.length + 1, keyedBy, data, upcasts },
});

/** Every type so far is of version 1. The first that gets a second one gives its aggregate an `upcast.ts`. */
const entries = (keyedBy: KeyField, data: Readonly<Record<string, z.ZodType>>) =>
  Object.entries(data).map(([type, schema]): [string, CatalogEntry] => [type, catalogEntry(keyedBy, schema)]);

/** The one source of event types: schemas, keys and versions are read from here. */
export const EVENT_CATALOG: EventCatalog = new Map([
  ...entries('conversationId', messageEventData),
  ...entries('conversationId', conversationEventData),
  ...entries('contactId', contactEventData),
  ...entries('channelId', channelEventData),
  ...entries('workspaceId', auditEventData),
]);
