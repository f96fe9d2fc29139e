import { z } from 'zod';
import type { CallReference, Interpretation } from '../../../providers/provider.js';
import { parseReference } from '../../../providers/reference.js';
import type { ChannelEvent } from '../../channel/events.js';
import { RECEIPT_STATUSES } from '../../channel/events.js';
import type { Identity } from '../../event-identity.js';
import type { ChannelId, EventId, RawWebhookId, WorkspaceId } from '../../kernel/ids.js';
import { traced, type TraceContext } from '../../kernel/trace-context.js';
import { FAILURE_CODES, type MessageEvent } from '../../message/events.js';
import type { RawWebhook } from '../../webhook/raw-webhook.js';
import type { KnownCall } from './calls.js';
import { envelopeOf } from './envelope.js';
import { echoedId, echoFacts, echoOf, isEcho } from './echo.js';

/** What a receipt says, as it is parked: without words, which may name somebody, but for those of an echo. */
export const receiptFacts = z.object({
  status: z.enum(RECEIPT_STATUSES),
  occurredAt: z.iso.datetime(),
  reference: z.string().optional(),
  stage: z.enum(['SENDING', 'DELIVERY', 'UNKNOWN']).optional(),
  failure: z
    .object({ code: z.enum(FAILURE_CODES), isRetryable: z.boolean(), providerCode: z.string().optional() })
    .optional(),
  /** What it says of its message: nobody else may tell it, should it be none of ours. */
  echo: echoFacts.optional(),
});
export type ReceiptFacts = z.infer<typeof receiptFacts>;

/** A receipt on its way to its message. */
export interface Receipt {
  /** Of the message event that it becomes: a repeat has the same. */
  readonly eventId: EventId;
  readonly workspaceId: WorkspaceId;
  readonly channelId: ChannelId;
  readonly providerMessageId: string;
  readonly rawWebhookId: RawWebhookId;
  readonly facts: ReceiptFacts;
  readonly providerMessage?: string | undefined;
  /** In which trace it came in; one that was parked has forgotten it. */
  readonly trace?: TraceContext | undefined;
}

type SaidReceipt = Extract<Interpretation, { kind: 'receipt' | 'echoed' }>;

export function receiptOf(raw: RawWebhook, said: SaidReceipt, identity: Identity): Receipt {
  const { workspaceId, channelId } = raw;
  const { providerMessageId } = said;
  // Only a reference of our own making is kept: a provider echoes what others wrote as well.
  const reference = said.reference !== undefined && parseReference(said.reference) ? said.reference : undefined;
  return {
    // An echo isn't the receipt: both may be parked, and only one of them says what the message was.
    eventId: identity.fromProvider(channelId, providerMessageId, said.kind === 'echoed' ? 'echoed:ours' : said.status),
    workspaceId,
    channelId,
    providerMessageId,
    rawWebhookId: raw.id,
    facts: { occurredAt: (said.occurredAt ?? raw.receivedAt).toISOString(), reference, ...factsOf(said) },
    ...(said.kind === 'receipt' && { providerMessage: said.providerMessage }),
    ...traced(raw.trace),
  };
}

function factsOf(said: SaidReceipt): Omit<ReceiptFacts, 'occurredAt' | 'reference'> {
  if (said.kind === 'echoed') return { status: 'sent', echo: echoOf(said) };
  const { status, stage, failure } = said;
  return { status, stage, failure };
}

export const referenceOf = ({ facts }: Receipt): CallReference | undefined =>
  facts.reference === undefined ? undefined : parseReference(facts.reference);

const originOfReceipt = (receipt: Receipt) => ({ ...receipt, occurredAt: receipt.facts.occurredAt });

/** What the receipt says of its message. When it failed is the fold's to decide, where the provider doesn't say (rule 13). */
export function receiptEvent(receipt: Receipt, call: KnownCall, now: Date): MessageEvent {
  const { eventId, providerMessageId, facts } = receipt;
  const { messageId, conversationId, contactId, attempt, part } = call;
  const envelope = {
    ...envelopeOf(eventId, originOfReceipt(receipt), now),
    ...{ conversationId, messageId },
    ...(contactId === undefined ? {} : { contactId }),
  };
  const place = { attempt, part, providerMessageId };
  if (facts.status !== 'failed') return { ...envelope, type: `message.${facts.status}`, data: place };
  const failure = facts.failure ?? { code: 'UNKNOWN', isRetryable: false };
  const words = receipt.providerMessage;
  const data = { ...place, failure, ...(words === undefined ? {} : { content: { providerMessage: words } }) };
  return facts.stage === 'SENDING'
    ? { ...envelope, type: 'message.send_failed', data }
    : { ...envelope, type: 'message.delivery_failed', data: { ...data, stage: facts.stage ?? 'UNKNOWN' } };
}

/** Under an id of its own: should the message be found one day, the receipt itself can still be said. */
export function orphanEvent(receipt: Receipt, identity: Identity, now: Date): ChannelEvent {
  const { providerMessageId, facts } = receipt;
  return {
    ...envelopeOf(orphanId(receipt, identity), originOfReceipt(receipt), now),
    type: 'receipt.orphaned',
    data: {
      providerMessageId,
      status: facts.status,
      ...(facts.failure === undefined ? {} : { failureCode: facts.failure.code }),
    },
  };
}

/** Of what becomes of it when no call of ours is found: an echo is then a message. */
export function orphanId(receipt: Receipt, identity: Identity): EventId {
  if (isEcho(receipt)) return echoedId(receipt, identity);
  const { channelId, providerMessageId, facts } = receipt;
  return identity.fromProvider(channelId, providerMessageId, `orphaned:${facts.status}`);
}
