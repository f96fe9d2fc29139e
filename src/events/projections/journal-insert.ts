import { sql } from 'drizzle-orm';
import type { Transaction } from '../../database/database.js';
import type { ReadTables } from '../../schema/tables/read.js';
import type { EventEnvelope } from '../kernel/event.js';
import { channelIds, contactIds, conversationIds, eventIds, messageIds, workspaceIds } from '../kernel/ids.js';

export interface JournalEntry {
  readonly offset: bigint;
  readonly event: EventEnvelope;
  /** False for a type or version that this build doesn't know (rule 14). */
  readonly isFolded: boolean;
  /** The record's value as JSON text. */
  readonly json: string;
}

/**
 * Inserts what the journal lacks, and answers the offsets of those: an event is folded only when its row is new, so that
 * a repeat changes nothing, anywhere (rule 11). Of repeats within the batch the first is taken.
 */
export async function insertIntoJournal(
  tx: Transaction,
  { journal }: Pick<ReadTables, 'journal'>,
  partition: number,
  entries: readonly JournalEntry[],
): Promise<ReadonlySet<bigint>> {
  if (entries.length === 0) return new Set();
  const inserted = await tx.execute<{ offset: bigint }>(sql`
    insert into ${journal} (partition, "offset", id, type, workspace_id, channel_id, conversation_id, contact_id,
      message_id, recorded_at, is_folded, value)
    select ${partition}, given.*
    from unnest(
      ${column(entries, ({ offset }) => offset)}::bigint[],
      ${column(entries, ({ event }) => eventIds.toUuid(event.id))}::uuid[],
      ${column(entries, ({ event }) => event.type)}::text[],
      ${column(entries, ({ event }) => workspaceIds.toUuid(event.workspaceId))}::uuid[],
      ${column(entries, ({ event }) => event.channelId && channelIds.toUuid(event.channelId))}::uuid[],
      ${column(entries, ({ event }) => event.conversationId && conversationIds.toUuid(event.conversationId))}::uuid[],
      ${column(entries, ({ event }) => event.contactId && contactIds.toUuid(event.contactId))}::uuid[],
      ${column(entries, ({ event }) => event.messageId && messageIds.toUuid(event.messageId))}::uuid[],
      ${column(entries, ({ event }) => event.recordedAt)}::timestamptz[],
      ${column(entries, ({ isFolded }) => isFolded)}::boolean[],
      ${column(entries, ({ json }) => json)}::jsonb[]
    ) as given ("offset", id, type, workspace_id, channel_id, conversation_id, contact_id, message_id, recorded_at,
      is_folded, value)
    order by given."offset"
    on conflict do nothing
    returning "offset"`);
  return new Set(inserted.rows.map(({ offset }) => offset));
}

const column = (entries: readonly JournalEntry[], value: (entry: JournalEntry) => unknown) =>
  sql.param(entries.map((entry) => value(entry) ?? null));
