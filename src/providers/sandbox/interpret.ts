import type { Interpretation } from '../provider.js';
import { parseJson } from '../parse-json.js';
import { failureOf } from './failures.js';
import { carrierEvent, eventBatch, type CarrierEvent, type ReceiptEvent } from './wire.js';

/** Reads a carrier's webhook. Pure, and never throws on any bytes; what it can't read it says so by its place. */
export function interpretSandboxWebhook(body: Buffer): readonly Interpretation[] {
  const json = parseJson(body);
  const batch = eventBatch.safeParse(json);
  return (batch.success ? batch.data.events : [json]).map((given) => {
    const event = carrierEvent.safeParse(given);
    return event.success ? factOf(event.data) : { kind: 'uninterpreted', reason: 'Not an event of the carrier.' };
  });
}

/** Some dozen at once; what is longer is taken for something else, and isn't looked through. */
const TYPING_BYTES_MAX = 4_096;

/** Written with escapes the word isn't found: then it is recorded as anything else, and nobody is told. */
export const mayBeTyping = (body: Buffer): boolean => body.length <= TYPING_BYTES_MAX && body.includes('"typing"');

function factOf(event: CarrierEvent): Interpretation {
  if (event.type === 'receipt') return receiptOf(event);
  if (event.type === 'typing') return { kind: 'typing', address: event.from, isTyping: event.isTyping };
  return {
    kind: 'received',
    providerMessageId: event.id,
    address: event.from,
    displayName: event.name,
    occurredAt: new Date(event.occurredAt),
    content: event.content,
    replyToProviderMessageId: event.replyTo,
  };
}

function receiptOf(event: ReceiptEvent): Interpretation {
  const receipt = {
    kind: 'receipt',
    providerMessageId: event.id,
    reference: event.reference,
    status: event.status,
    occurredAt: new Date(event.occurredAt),
  } as const;
  if (event.status !== 'failed') return receipt;
  return {
    ...receipt,
    stage: event.stage ?? 'UNKNOWN',
    failure: failureOf(event.error?.code),
    providerMessage: event.error?.message,
  };
}
