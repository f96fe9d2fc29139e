import type { z } from 'zod';
import { auditEventData, channelEventData, type AuditEvent, type ChannelEvent } from './channel/events.js';
import { contactEventData, type ContactEvent } from './contact/events.js';
import { conversationEventData, type ConversationEvent } from './conversation/events.js';
import { messageEventData, type MessageEvent } from './message/events.js';

/** Every event that this version writes and folds. */
export type ParleyEvent = MessageEvent | ConversationEvent | ContactEvent | ChannelEvent | AuditEvent;

/** Which of the envelope's ids the event is keyed by (rule 8). */
export type KeyField = 'conversationId' | 'contactId' | 'channelId' | 'workspaceId';

interface CatalogEntry {
  readonly version: number;
  readonly keyedBy: KeyField;
  readonly data: z.ZodType;
}

const entries = (keyedBy: KeyField, data: Readonly<Record<string, z.ZodType>>) =>
  Object.entries(data).map(([type, schema]): [string, CatalogEntry] => [type, { version: 1, keyedBy, data: schema }]);

/** The one source of event types: schemas, keys and versions are read from here. */
export const EVENT_CATALOG: ReadonlyMap<string, CatalogEntry> = new Map([
  ...entries('conversationId', messageEventData),
  ...entries('conversationId', conversationEventData),
  ...entries('contactId', contactEventData),
  ...entries('channelId', channelEventData),
  ...entries('workspaceId', auditEventData),
]);
