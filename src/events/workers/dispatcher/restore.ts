import { sql } from 'drizzle-orm';
import type { Transaction } from '../../../database/database.js';
import type { ParleyEvent } from '../../catalog.js';
import { addressIn } from '../../conversation/address.js';
import type { Identity } from '../../event-identity.js';
import { channelIds, contactIds, conversationIds, eventIds, messageIds, workspaceIds } from '../../kernel/ids.js';
import type { LogRecord } from '../../log/event-log.js';
import { hearAddresses, moveAddress, noteMove } from '../../outbox/address-moves.js';
import { open } from '../../sealing.js';
import { recordProviderMessages } from '../provider-messages.js';

/** An event with the record that it was read from. */
export interface ReadEvent {
  readonly event: ParleyEvent;
  readonly record: LogRecord;
}

/** A key used again after that is a new message (design §8): an older row isn't made anew. */
const KEY_KEPT_DAYS = 30;

/**
 * Inserts the rows of identities that events carry and a restored Postgres lacks: which address is which thread, which
 * key stands for which message. What is there stays as it is. Comes after lanes in the order of locks, as it does for
 * who settles a receipt and takes a new contact's message in one transaction; `restoreProviderIds` comes before them.
 */
export async function restoreIdentities(
  tx: Transaction,
  read: readonly ReadEvent[],
  identity: Identity,
): Promise<void> {
  await restoreAddresses(tx, read, identity);
  await restoreMoves(tx, read, identity);
  await restoreKeys(tx, read);
}

async function restoreAddresses(tx: Transaction, read: readonly ReadEvent[], identity: Identity): Promise<void> {
  const rows = sorted(
    read.flatMap(({ event }) => {
      const { channelId, conversationId, contactId } = event;
      const address = addressOf(event);
      if (channelId === undefined || conversationId === undefined || contactId === undefined || !address) return [];
      const hash = identity.addressHash(channelId, address);
      return [{ key: `${channelId} ${hash.toString('hex')}`, event, channelId, conversationId, contactId, hash }];
    }),
  );
  if (rows.length === 0) return;
  await tx.execute(sql`
    insert into work.addresses (channel_id, address_hash, workspace_id, conversation_id, contact_id)
    select * from unnest(
      ${sql.param(rows.map((row) => channelIds.toUuid(row.channelId)))}::uuid[],
      ${sql.param(rows.map((row) => row.hash))}::bytea[],
      ${sql.param(rows.map((row) => workspaceIds.toUuid(row.event.workspaceId)))}::uuid[],
      ${sql.param(rows.map((row) => conversationIds.toUuid(row.conversationId)))}::uuid[],
      ${sql.param(rows.map((row) => contactIds.toUuid(row.contactId)))}::uuid[]) on conflict do nothing`);
}

/** Undefined where the event carries none, or where it was erased. */
function addressOf(event: ParleyEvent): string | undefined {
  switch (event.type) {
    case 'conversation.opened':
    case 'conversation.address_changed':
    case 'message.accepted':
    case 'message.scheduled':
    case 'message.received':
    case 'message.echoed':
      return addressIn(event);
    default:
      return undefined;
  }
}

/** Where contacts went, and that they were heard of where they had been. */
async function restoreMoves(tx: Transaction, read: readonly ReadEvent[], identity: Identity): Promise<void> {
  for (const { event } of read) {
    if (event.type !== 'conversation.address_changed' && event.type !== 'conversation.merged') continue;
    const { workspaceId, channelId, occurredAt } = event;
    const said = open<{ readonly from: string; readonly address: string }>(event);
    if (channelId === undefined || said.state !== 'open') continue;
    const { from, address: to } = said.content;
    const move = { workspaceId, channelId, from, to, at: new Date(occurredAt) };
    await (event.type === 'conversation.merged' ? noteMove : moveAddress)(tx, identity, move);
  }
  const heard = read.flatMap(({ event }) => {
    const { channelId, occurredAt } = event;
    const address = event.type === 'message.received' ? addressIn(event) : undefined;
    return channelId === undefined || address === undefined ? [] : [{ channelId, address, at: new Date(occurredAt) }];
  });
  await hearAddresses(tx, identity, heard);
}

async function restoreKeys(tx: Transaction, read: readonly ReadEvent[]): Promise<void> {
  const rows = sorted(
    read.flatMap(({ event, record }) => {
      if (event.type !== 'message.accepted' && event.type !== 'message.scheduled') return [];
      if (event.messageId === undefined || record.value === null) return [];
      const { idempotencyKey, requestHash } = event.data;
      if (idempotencyKey === undefined || requestHash === undefined) return [];
      const { messageId } = event;
      const { value } = record;
      return [
        { key: `${event.workspaceId} ${idempotencyKey}`, event, idempotencyKey, requestHash, messageId, value, record },
      ];
    }),
  );
  if (rows.length === 0) return;
  await tx.execute(sql`
    insert into work.idempotency_keys
      (workspace_id, key, request_hash, message_id, event_id, headers, value, partition, "offset", created_at)
    select * from unnest(
      ${sql.param(rows.map((row) => workspaceIds.toUuid(row.event.workspaceId)))}::uuid[],
      ${sql.param(rows.map((row) => row.idempotencyKey))}::text[],
      ${sql.param(rows.map((row) => row.requestHash))}::text[],
      ${sql.param(rows.map((row) => messageIds.toUuid(row.messageId)))}::uuid[],
      ${sql.param(rows.map((row) => eventIds.toUuid(row.event.id)))}::uuid[],
      ${sql.param(rows.map((row) => JSON.stringify(row.record.headers)))}::jsonb[],
      ${sql.param(rows.map((row) => row.value))}::bytea[],
      ${sql.param(rows.map((row) => row.record.partition))}::int[],
      ${sql.param(rows.map((row) => row.record.offset.toString()))}::bigint[],
      ${sql.param(rows.map((row) => row.event.recordedAt))}::timestamptz[]) as r
      (workspace_id, key, request_hash, message_id, event_id, headers, value, partition, "offset", created_at)
    where r.created_at > now() - make_interval(days => ${KEY_KEPT_DAYS})
    order by r.workspace_id, r.key collate "C" on conflict do nothing`);
}

/** Which message a provider's id means. After the dispatches and before the lanes, as whoever settles a call does it. */
export async function restoreProviderIds(tx: Transaction, read: readonly ReadEvent[]): Promise<void> {
  const learned = read.flatMap(({ event }) => {
    const place = providerIdsOf(event);
    const { workspaceId, channelId, conversationId, messageId } = event;
    if (!place || channelId === undefined || conversationId === undefined || messageId === undefined) return [];
    const { ids, attempt, part } = place;
    const message = { workspaceId, channelId, conversationId, messageId, attempt, part };
    return ids.map((providerMessageId) => ({ ...message, providerMessageId }));
  });
  await recordProviderMessages(tx, learned);
}

interface ProviderIds {
  readonly ids: readonly string[];
  readonly attempt: number;
  readonly part: number;
}

/** The provider's ids of an outgoing message, from its answer or its receipts. */
function providerIdsOf(event: ParleyEvent): ProviderIds | undefined {
  switch (event.type) {
    case 'message.echoed':
      return { ids: [event.data.providerMessageId], attempt: 1, part: 0 };
    case 'message.submitted':
      return { ids: event.data.providerMessageIds, attempt: event.data.attempt, part: event.data.part };
    case 'message.sent':
    case 'message.delivered':
    case 'message.read':
    case 'message.send_failed':
    case 'message.delivery_failed': {
      const { providerMessageId, attempt, part } = event.data;
      return providerMessageId === undefined ? undefined : { ids: [providerMessageId], attempt, part };
    }
    default:
      return undefined;
  }
}

/** The first of each key, keys in order: two transactions that insert the same rows must not wait in a circle. */
function sorted<Row extends { readonly key: string }>(rows: readonly Row[]): readonly Row[] {
  const first = new Map<string, Row>();
  for (const row of rows) if (!first.has(row.key)) first.set(row.key, row);
  return [...first.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}
