import type { Identity } from '../../../event-identity.js';
import type { ChannelId, EventId, RawWebhookId } from '../../../kernel/ids.js';
import type { RawWebhook } from '../../../webhook/raw-webhook.js';
import { moveId, type Move } from '../place-moves.js';
import { orphanId, receiptOf, type Receipt } from '../receipt.js';
import { profileId, receivedId, type Received } from '../received.js';
import { isOfMessage, toldId, type Told } from '../told.js';
import type { Said } from '../webhook-reader.js';

/** What one webhook of the past says by now, with the ids of the events that it would become. */
export type Reading = {
  readonly raw: RawWebhook;
  readonly eventId: EventId;
} & (
  | { readonly kind: 'received'; readonly received: Received; readonly profileId: EventId }
  | { readonly kind: 'receipt'; readonly receipt: Receipt; readonly orphanId: EventId }
  | { readonly kind: 'told'; readonly told: Told }
  | { readonly kind: 'moved'; readonly move: Move }
);
export type ReceivedReading = Extract<Reading, { kind: 'received' }>;
export type ReceiptReading = Extract<Reading, { kind: 'receipt' }>;

/** Undefined for what this build doesn't understand either. */
export function readingOf({ raw, interpretation }: Said, identity: Identity): Reading | undefined {
  if (interpretation.kind === 'received') {
    const received: Received = { raw, said: interpretation, isHistory: true };
    const ids = { eventId: receivedId(received, identity), profileId: profileId(received, identity) };
    return { kind: 'received', raw, received, ...ids };
  }
  if (isOfMessage(interpretation)) {
    const told: Told = { raw, said: interpretation, isHistory: true };
    return { kind: 'told', raw, told, eventId: toldId(told, identity) };
  }
  if (interpretation.kind === 'address_changed') {
    const move: Move = { raw, said: interpretation, isHistory: true };
    return { kind: 'moved', raw, move, eventId: moveId(move, identity) };
  }
  if (interpretation.kind !== 'receipt' && interpretation.kind !== 'echoed') return undefined;
  const receipt = receiptOf(raw, interpretation, identity);
  return { kind: 'receipt', raw, receipt, eventId: receipt.eventId, orphanId: orphanId(receipt, identity) };
}

/** All that the journal is asked for. */
export function idsOf(reading: Reading): readonly EventId[] {
  if (reading.kind === 'told' || reading.kind === 'moved') return [reading.eventId];
  return [reading.eventId, reading.kind === 'received' ? reading.profileId : reading.orphanId];
}

/** Which webhooks of the past are read again. */
export interface Scope {
  /** Undefined: of all. */
  readonly channelIds?: ReadonlySet<ChannelId> | undefined;
  readonly provider?: RawWebhook['provider'] | undefined;
  /** By when they came; `from` inclusive, `to` exclusive. */
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
}

export function isInScope(raw: RawWebhook, { channelIds, provider, from, to }: Scope): boolean {
  if (channelIds !== undefined && !channelIds.has(raw.channelId)) return false;
  if (provider !== undefined && raw.provider !== provider) return false;
  return (from === undefined || raw.receivedAt >= from) && (to === undefined || raw.receivedAt < to);
}

/** An event's webhook: of what a provider repeats, the one that was written down first. */
export const isOf = (raw: { readonly id: RawWebhookId }, causationId: string | undefined): boolean =>
  raw.id === causationId;
