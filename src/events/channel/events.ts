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
  'channel.created': sealable('A channel was made.', {
    name: z.string().describe('What people call it.'),
    provider: z.enum(PROVIDER_KINDS).describe('Whose API it uses.'),
    platform: z.enum(CHANNEL_PLATFORMS).describe('Where its contacts read.'),
  }),
  'receipt.orphaned': sealable('A receipt whose message was not found within 24 h.', {
    providerMessageId: z.string().describe('The message it names, by its id at the provider.'),
    status: z.enum(RECEIPT_STATUSES).describe('What it says of the message.'),
    failureCode: z.enum(FAILURE_CODES).optional().describe('Why the message failed, where it says that.'),
  }),
  'webhook.uninterpreted': sealable(
    'An authentic webhook that no adapter understands; its bytes are in the webhooks topic under `causationId`.',
    {
      reason: z.string().describe('What was not understood, without content.'),
      index: z.int().min(0).describe("Which of the webhook's entries, from 0."),
    },
  ),
};

/** What may be done to the configuration. */
export const AUDIT_ACTIONS = [
  ...(['channel.create', 'channel.update', 'channel.enable', 'channel.disable', 'channel.register_webhook'] as const),
  ...(['channel.refresh_credentials'] as const),
  ...(['template.create', 'template.update', 'template.delete', 'template.sync'] as const),
  ...(['api_key.create', 'api_key.rotate', 'api_key.revoke'] as const),
  ...(['credentials.create', 'credentials.refresh', 'credentials.replay', 'client_token.create'] as const),
  ...(['workspace.create', 'workspace.suspend', 'workspace.resume'] as const),
] as const;
export type AuditAction = (typeof AUDIT_ACTIONS)[number];

/** Keyed by the workspace (rule 8). Each change of configuration puts one into the outbox, in its own transaction. */
export const auditEventData = {
  'audit.recorded': sealable('The configuration was changed.', {
    action: z.enum(AUDIT_ACTIONS).describe('What was done.'),
    actorKeyId: z
      .string()
      .nullable()
      .describe('The API key that asked for it; null: the operator, on the command line, or Parley by itself.'),
    subjectId: z.string().describe('What it was done to.'),
  }),
};

type ChannelData = typeof channelEventData;
export type ChannelEventType = keyof ChannelData;
export type ChannelEvent = {
  [Type in ChannelEventType]: EventEnvelope<Type, z.infer<ChannelData[Type]>>;
}[ChannelEventType];

type AuditData = typeof auditEventData;
export type AuditEvent = EventEnvelope<'audit.recorded', z.infer<AuditData['audit.recorded']>>;
