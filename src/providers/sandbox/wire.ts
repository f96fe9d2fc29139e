import { z } from 'zod';
import { RECEIPT_STATUSES } from '../../events/channel/events.js';
import { messageContent } from '../../events/message/content.js';
import { chaos } from './chaos.js';

/**
 * What Parley and a sandbox carrier say to each other, over plain HTTP and JSON. Each side judges what the other sent.
 *
 * To send: `POST {apiBaseUrl}/messages` with `Authorization: Bearer <channel token>`, `Content-Type: application/json`
 * and a `sendBody`.
 *  - `202` and a `sendAnswer`: the carrier took it. Nothing else is an acceptance.
 *  - `429`: not taken, too many at the moment; with `Retry-After` (seconds, or an HTTP date) where it knows when.
 *  - `503` and an `errorAnswer` with the code `unavailable`: not taken, the carrier isn't there just now.
 *  - any other `4xx` and an `errorAnswer`: it never will (408 and 425 say nothing of the kind: whether it was taken is
 *    unknown).
 *  - anything else, and no answer at all: nobody knows.
 *
 * To ask what became of a call: `GET {apiBaseUrl}/messages?reference=<reference>` with the same `Authorization`. `200` and
 * a `sendAnswer`: it was taken; an `errorAnswer`: it was refused. Anything else: nobody knows, or not yet; a carrier may find a message by its
 * reference only some seconds after it took it, and forget it later.
 *
 * To show that somebody types: `POST {apiBaseUrl}/typing` with the same `Authorization` and a `typingBody`. `202`, and
 * nothing is kept of it.
 *
 * To show that a contact's messages were read: `POST {apiBaseUrl}/read` with the same `Authorization` and a `readBody`.
 * `202` likewise.
 *
 * Webhooks: `POST <callbackUrl>` with one `carrierEvent`, or several as `{ "events": […] }`, signed with the channel's
 * token (`signature.ts`). 2xx takes it; a 5xx or a lost connection is tried again, any other answer is final.
 */
const phoneNumber = z.string().regex(/^\+[1-9]\d{6,14}$/);

/** Printable, so that no id can split a line of a log or a header. */
const carrierId = z
  .string()
  .max(255)
  .regex(/^\P{Cc}+$/u);

export const sendBody = z.object({
  to: phoneNumber,
  /** Comes back in each receipt. */
  reference: z.string().min(1).max(255),
  callbackUrl: z.url({ protocol: /^https?$/ }).max(2_048),
  content: messageContent,
  /** The carrier's id of the message that this one answers or reacts to. */
  replyTo: carrierId.optional(),
  /** Which part of how many, where a message takes several calls; from 0. */
  part: z.object({ index: z.int().min(0), count: z.int().min(1) }).optional(),
  /** Which call for this reference it is, from 1. */
  call: z.int().min(1).optional(),
  /** How the carrier is to misbehave, for tests. */
  chaos: chaos.optional(),
});
export type SendBody = z.infer<typeof sendBody>;

export const typingBody = z.object({ to: phoneNumber });
/** `upTo`: the carrier's id of the last message that was read. */
export const readBody = z.object({ to: phoneNumber, upTo: carrierId });

export const sendAnswer = z.object({ id: carrierId });

const carrierError = z.object({ code: z.string().min(1).max(100), message: z.string().max(1_000) });
export const errorAnswer = z.object({ error: carrierError });
/** With 503. Without it, nobody knows what a 5xx means. */
export const UNAVAILABLE_CODE = 'unavailable';
export type ErrorAnswer = z.infer<typeof errorAnswer>;

export const receiptEvent = z.object({
  type: z.literal('receipt'),
  /** The id that the send was answered with. */
  id: carrierId,
  reference: z.string().min(1).max(255).optional(),
  status: z.enum(RECEIPT_STATUSES),
  occurredAt: z.iso.datetime(),
  /** With `failed`. */
  error: carrierError.optional(),
  /** With `failed`: before it was SENT, or after. Absent: the carrier doesn't know. */
  stage: z.enum(['SENDING', 'DELIVERY']).optional(),
});
export type ReceiptEvent = z.infer<typeof receiptEvent>;

export const messageEvent = z.object({
  type: z.literal('message'),
  id: carrierId,
  from: z.string().min(1).max(255),
  name: z.string().min(1).max(255).optional(),
  occurredAt: z.iso.datetime(),
  content: messageContent,
  /** The carrier's id of the message that this one answers. */
  replyTo: carrierId.optional(),
});

/** That the contact begins to type, or stops. */
export const typingEvent = z.object({
  type: z.literal('typing'),
  from: z.string().min(1).max(255),
  isTyping: z.boolean(),
});

export const carrierEvent = z.discriminatedUnion('type', [receiptEvent, messageEvent, typingEvent]);
export type CarrierEvent = z.infer<typeof carrierEvent>;

/** Several events in one webhook. Each is judged by itself: one that can't be read spoils no other. */
export const eventBatch = z.object({ events: z.array(z.unknown()).min(1).max(1_000) });

export const TIMESTAMP_HEADER = 'x-sandbox-timestamp';
export const SIGNATURE_HEADER = 'x-sandbox-signature';
