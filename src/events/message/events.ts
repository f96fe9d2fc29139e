import { z } from 'zod';
import type { EventEnvelope } from '../kernel/event.js';
import { sealable } from '../sealing.js';
import { CONTENT_KINDS, messageContent } from './content.js';

/** Why a message failed, in the words of the public contract. */
export const FAILURE_CODES = [
  'RECIPIENT_INVALID',
  'RECIPIENT_UNREACHABLE',
  'RECIPIENT_NOT_ON_PLATFORM',
  'RECIPIENT_BLOCKED',
  'RECIPIENT_OPTED_OUT',
  'SERVICE_WINDOW_CLOSED',
  'TEMPLATE_INVALID',
  'CONTENT_REJECTED',
  'MEDIA_FAILED',
  'RATE_LIMITED',
  'CREDENTIALS_INVALID',
  'BILLING',
  'POLICY',
  'PROVIDER_UNAVAILABLE',
  'EXPIRED',
  'RESOLVED_AS_FAILED',
  'UNKNOWN',
] as const;
export type FailureCode = (typeof FAILURE_CODES)[number];

/** The failure's facts; the provider's own words may name a person and stand in `data.content.providerMessage`. */
const failure = z.object({
  code: z.enum(FAILURE_CODES),
  isRetryable: z.boolean(),
  providerCode: z.string().optional(),
});
const failureContent = z.object({ providerMessage: z.string().optional() });

/** Which of the message's provider calls: attempts from 1, parts from 0, calls within an attempt from 1. */
const partOfAttempt = { attempt: z.int().min(1), part: z.int().min(0) };
const callOfPart = { ...partOfAttempt, call: z.int().min(1) };
const receipt = { ...partOfAttempt, providerMessageId: z.string().optional() };

const contentFacts = {
  contentKind: z.enum(CONTENT_KINDS),
  /** UTF-8 bytes of the words. */
  textBytes: z.int().min(0),
  mediaCount: z.int().min(0),
};

/** The data of each type, by type. All are keyed by the conversation of the message's first event (rule 8). */
export const messageEventData = {
  'message.accepted': sealable(
    {
      ...contentFacts,
      author: z.enum(['AGENT', 'BOT', 'SYSTEM']),
      authorId: z.string().optional(),
      /** How many provider calls the message takes. */
      parts: z.int().min(1),
      reference: z.string().optional(),
      replyToMessageId: z.string().optional(),
      idempotencyKey: z.string().optional(),
      /** HMAC of the request in hex: tells a repeated key from another input, and lets nobody guess either. */
      requestHash: z.string().optional(),
    },
    z.object({
      address: z.string(),
      message: messageContent,
      metadata: z.record(z.string(), z.unknown()).optional(),
    }),
  ),
  /** A call to the provider begins. */
  'message.dispatched': sealable(callOfPart),
  /** Surely not processed; comes again at `nextAt`. The status stays. */
  'message.deferred': sealable({
    ...callOfPart,
    reason: z.enum(['log_unavailable', 'lease_short']),
    nextAt: z.iso.datetime(),
  }),
  /** The provider took it. The status stays PROCESSING. */
  'message.submitted': sealable(
    { ...callOfPart, providerMessageIds: z.array(z.string()) },
    z.object({ providerAddress: z.string().optional() }),
  ),
  'message.sent': sealable(receipt),
  'message.send_failed': sealable({ ...receipt, failure }, failureContent),
  /** Written to the socket, and no usable answer. Never resent blindly. */
  'message.outcome_unknown': sealable({
    ...callOfPart,
    reason: z.enum(['no_answer', 'lease_expired', 'in_doubt']),
  }),
  'message.delivered': sealable(receipt),
  'message.read': sealable(receipt),
  'message.delivery_failed': sealable(
    /** UNKNOWN: the provider doesn't say whether it failed before or after SENT; the fold decides. */
    { ...receipt, stage: z.enum(['DELIVERY', 'UNKNOWN']), failure },
    failureContent,
  ),
  'message.received': sealable(
    {
      ...contentFacts,
      providerMessageId: z.string(),
      replyToMessageId: z.string().optional(),
    },
    z.object({
      address: z.string(),
      message: messageContent,
      providerData: z.record(z.string(), z.unknown()).optional(),
    }),
  ),
};

type Data = typeof messageEventData;
export type MessageEventType = keyof Data;
export type MessageEventData<Type extends MessageEventType> = z.infer<Data[Type]>;
export type MessageEvent = {
  [Type in MessageEventType]: EventEnvelope<Type, MessageEventData<Type>>;
}[MessageEventType];
export type MessageFailureData = z.infer<typeof failure>;
