import { z } from 'zod';
import type { EventEnvelope } from '../kernel/event.js';
import { sealable } from '../sealing.js';
import { FAILURE_CODES } from '../message/events.js';

export const PROVIDER_KINDS = [
  'SANDBOX',
  'BIRD',
  'BOTMAKER',
  'CBOT',
  'WHAUTOCHAT',
  'META_WHATSAPP',
  'META_MESSENGER',
  'META_INSTAGRAM',
  'TELEGRAM',
] as const;
export type ProviderKind = (typeof PROVIDER_KINDS)[number];

export const CHANNEL_PLATFORMS = ['WHATSAPP', 'MESSENGER', 'INSTAGRAM', 'TELEGRAM', 'WEBCHAT', 'SMS'] as const;
export type ChannelPlatform = (typeof CHANNEL_PLATFORMS)[number];

export const RECEIPT_STATUSES = ['sent', 'delivered', 'read', 'failed'] as const;
export type ReceiptStatus = (typeof RECEIPT_STATUSES)[number];

/** Keyed by the channel (rule 8); `audit.recorded` by the workspace. */
export const channelEventData = {
  'channel.created': sealable({
    name: z.string(),
    provider: z.enum(PROVIDER_KINDS),
    platform: z.enum(CHANNEL_PLATFORMS),
  }),
  /** A receipt whose message was not found within 24 h. */
  'receipt.orphaned': sealable({
    providerMessageId: z.string(),
    status: z.enum(RECEIPT_STATUSES),
    failureCode: z.enum(FAILURE_CODES).optional(),
  }),
  /** An authentic webhook that no adapter understands; the bytes are in the webhooks topic under `causationId`. */
  'webhook.uninterpreted': sealable({ reason: z.string(), index: z.int().min(0) }),
};

/** Keyed by the workspace (rule 8). Each change of configuration puts one into the outbox, in its own transaction. */
export const auditEventData = {
  'audit.recorded': sealable({
    action: z.enum(['channel.create']),
    /** The API key that asked for it; null: the system itself. */
    actorKeyId: z.string().nullable(),
    subjectId: z.string(),
  }),
};

type ChannelData = typeof channelEventData;
export type ChannelEventType = keyof ChannelData;
export type ChannelEvent = {
  [Type in ChannelEventType]: EventEnvelope<Type, z.infer<ChannelData[Type]>>;
}[ChannelEventType];

type AuditData = typeof auditEventData;
export type AuditEvent = EventEnvelope<'audit.recorded', z.infer<AuditData['audit.recorded']>>;
