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

/** What a message of ours is for: the words that platforms price and limit by. */
export const MESSAGE_CATEGORIES = ['MARKETING', 'UTILITY', 'AUTHENTICATION', 'SERVICE'] as const;
export type MessageCategory = (typeof MESSAGE_CATEGORIES)[number];

/** The failure's facts; the provider's own words stand in `data.content.providerMessage`. */
const failure = z.object({
  code: z.enum(FAILURE_CODES).describe('Why, in words that are the same for all providers.'),
  isRetryable: z.boolean().describe('Whether the same message may succeed later.'),
  providerCode: z.string().optional().describe("The provider's own code."),
});
const failureContent = z.object({
  providerMessage: z.string().optional().describe("The provider's own words; they may name a person."),
});

const whyItFailed = failure.describe('Why it failed.');

/** Which of the message's provider calls. */
const partOfAttempt = {
  attempt: z.int().min(1).describe('From 1; there is a second one only if a person asked for it.'),
  part: z.int().min(0).describe('Which of the provider calls that the message takes, from 0.'),
};
const callOfPart = { ...partOfAttempt, call: z.int().min(1).describe('Which call within the attempt, from 1.') };
const receipt = {
  ...partOfAttempt,
  providerMessageId: z.string().optional().describe("The message's id at the provider, where that is known."),
};

/** When it failed, where a provider says that. */
const stage = z
  .enum(['DELIVERY', 'UNKNOWN'])
  .describe("UNKNOWN: the provider doesn't say whether it failed before or after it was sent.");

const contentFacts = {
  contentKind: z.enum(CONTENT_KINDS).describe('What kind of content it has.'),
  textBytes: z.int().min(0).describe('UTF-8 bytes of the words.'),
  mediaCount: z.int().min(0).describe('How many files it shows.'),
};
const replyToMessageId = z.string().optional().describe('The message of the same conversation that this one answers.');
const saidInMessage = messageContent.describe('What the message says.');

/** What a message says of itself that wasn't sent from here. */
const receivedFacts = {
  ...contentFacts,
  providerMessageId: z.string().describe("The message's id at the provider."),
  replyToMessageId,
};
const providerContactId = z
  .string()
  .optional()
  .describe('What the provider calls the contact, where its API asks for that.');
const saidBeyond = {
  message: saidInMessage,
  providerContactId,
  providerData: z
    .record(z.string(), z.unknown())
    .optional()
    .describe('What the provider says beyond that, as it says it.'),
};
const receivedContent = z.object({
  address: z.string().describe('Who wrote, e.g. a phone number in E.164.'),
  ...saidBeyond,
});

const itsType = <Type extends string>(type: Type) => z.literal(type).describe('The type that the event has by now.');

/** The events that are read out of webhooks, and may be read otherwise one day. */
const readOfWebhook = z.discriminatedUnion('type', [
  z.object({ type: itsType('message.received'), ...receivedFacts }),
  z.object({ type: itsType('message.sent'), ...receipt }),
  z.object({ type: itsType('message.delivered'), ...receipt }),
  z.object({ type: itsType('message.read'), ...receipt }),
  z.object({ type: itsType('message.send_failed'), ...receipt, failure: whyItFailed }),
  z.object({ type: itsType('message.delivery_failed'), ...receipt, stage, failure: whyItFailed }),
]);

const author = z.enum(['AGENT', 'BOT', 'SYSTEM']).describe('Who wrote it.');
const category = z.enum(MESSAGE_CATEGORIES).optional().describe('What the message is for, where the caller says so.');

/** What an outgoing message says of itself, at whatever time it is to be sent. */
const outgoingFacts = {
  ...{ ...contentFacts, author },
  authorId: z.string().optional().describe("The caller's own id for who wrote it."),
  parts: z.int().min(1).describe('How many provider calls the message takes.'),
  reference: z.string().optional().describe("The caller's own word for the message."),
  category,
  degradedFrom: z
    .enum(CONTENT_KINDS)
    .optional()
    .describe("Which kind of content it was before its channel's plain form was made of it; absent: it goes as it is."),
  replyToMessageId,
  idempotencyKey: z.string().optional().describe("The caller's name for the request."),
  requestHash: z
    .string()
    .optional()
    .describe('HMAC of the request in hex: tells a repeated key from another input, and lets nobody guess either.'),
};
/** Whom it goes to and what it says: all that a call to the provider takes. */
const toBeSent = {
  address: z.string().describe('Whom it is sent to, e.g. a phone number in E.164.'),
  message: saidInMessage,
};
const outgoingContent = z.object({
  ...toBeSent,
  metadata: z.record(z.string(), z.unknown()).optional().describe("The caller's own data."),
});
const resolvedBy = z.string().optional().describe('The API key of who decided it.');
const partsOfAttempt = z.array(z.int().min(0)).min(1).describe('Which of the provider calls, each from 0.');

/** The data of each type, by type. All are keyed by the conversation of the message's first event (rule 8). */
export const messageEventData = {
  'message.accepted': sealable('A send was accepted: the message is to be sent.', outgoingFacts, outgoingContent),
  'message.scheduled': sealable(
    'A send was accepted for later: the message is to be sent when it is due.',
    { ...outgoingFacts, scheduledAt: z.iso.datetime().describe('When it is due; RFC 3339, UTC.') },
    outgoingContent,
  ),
  'message.schedule_cancelled': sealable('A scheduled message was taken back before any of it was sent.', {
    parts: z.int().min(1).describe('How many provider calls it would have taken.'),
  }),
  'message.dispatched': sealable('A call to the provider begins.', callOfPart),
  'message.deferred': sealable('Surely not processed; comes again at `nextAt`. The status stays.', {
    ...callOfPart,
    reason: z
      .enum(['log_unavailable', 'lease_short', 'throttled', 'unavailable'])
      .describe(
        'Why: the call was not made (log_unavailable, lease_short), or the provider surely did not process it (throttled, unavailable).',
      ),
    nextAt: z.iso.datetime().describe('Not tried before; RFC 3339, UTC.'),
  }),
  'message.submitted': sealable(
    'The provider took it. The status stays PROCESSING.',
    { ...callOfPart, providerMessageIds: z.array(z.string()).describe("The message's ids at the provider.") },
    z.object({
      providerAddress: z.string().optional().describe("The contact's address as the provider spells it."),
      providerContactId,
    }),
  ),
  'message.sent': sealable('The provider passed it on to the platform.', receipt),
  'message.send_failed': sealable(
    'It failed before the provider sent it on.',
    { ...receipt, failure: whyItFailed },
    failureContent,
  ),
  'message.outcome_unknown': sealable('Written to the socket, and no usable answer. Never resent blindly.', {
    ...callOfPart,
    reason: z.enum(['no_answer', 'lease_expired', 'in_doubt']).describe('Why nobody knows.'),
  }),
  'message.resolved': sealable('A person settled what nobody knew.', {
    attempt: partOfAttempt.attempt,
    parts: partsOfAttempt,
    as: z.enum(['SENT', 'FAILED']).describe('What it is taken for.'),
    resolvedBy,
  }),
  'message.resend_requested': sealable(
    'A person had a message sent again whose outcome nobody knew: a new attempt begins.',
    {
      attempt: z.int().min(2).describe('The attempt that begins.'),
      parts: partsOfAttempt,
      author: author.optional(),
      ...{ category, replyToMessageId },
      resolvedBy,
    },
    z.object(toBeSent),
  ),
  'message.delivered': sealable("It reached the contact's device or inbox.", receipt),
  'message.read': sealable('The contact has seen it.', receipt),
  'message.delivery_failed': sealable(
    'The provider took it, and it failed later.',
    {
      ...receipt,
      stage,
      failure: whyItFailed,
    },
    failureContent,
  ),
  'message.reacted': sealable(
    'Somebody put an emoji on the message, or took it back.',
    {
      author: z.enum(['CONTACT', 'AGENT', 'BOT', 'SYSTEM']).describe('Who did.'),
      authorId: z.string().optional().describe("The caller's own id for who did."),
      reactionMessageId: z.string().optional().describe("The reaction's own message, where it was sent from here."),
    },
    z.object({ emoji: z.string().nullable().describe('Null: it was taken back.') }),
  ),
  'message.deleted': sealable('Its author took it back on the platform.', receipt),
  'message.edited': sealable(
    'Its author changed what it says. Of several edits the one with the latest `occurredAt` counts.',
    { ...contentFacts, providerMessageId: receivedFacts.providerMessageId },
    z.object({ message: saidInMessage }),
  ),
  'message.received': sealable('The contact wrote.', receivedFacts, receivedContent),
  'message.echoed': sealable(
    'A message that was sent to the contact from elsewhere: the phone, or an inbox of the platform. It counts as sent.',
    receivedFacts,
    z.object({ address: z.string().describe('Whom it went to, e.g. a phone number in E.164.'), ...saidBeyond }),
  ),
  'message.corrected': sealable(
    'A newer adapter reads the webhook of an earlier event otherwise. Of several for one event the last one counts.',
    {
      correctedEventId: z.string().describe('The event that is to be taken otherwise than it was recorded.'),
      says: readOfWebhook.describe(
        'What that event is by now: its type, and its data without `content`. It happened at `occurredAt`.',
      ),
    },
    // One object and no union: what can't be read as the first of two would be taken for the second, and lost.
    receivedContent.partial().extend(failureContent.shape),
  ),
};

type Data = typeof messageEventData;
export type MessageEventType = keyof Data;
export type MessageEventData<Type extends MessageEventType> = z.infer<Data[Type]>;
export type MessageEvent = {
  [Type in MessageEventType]: EventEnvelope<Type, MessageEventData<Type>>;
}[MessageEventType];
export type MessageFailureData = z.infer<typeof failure>;
