import { sql } from 'drizzle-orm';
import { v7 as uuid } from 'uuid';
import type { Database } from '../../src/database/database.js';
import { originVector, type Vector } from '../../src/events/kernel/cursor.js';
import type { EventEnvelope, EventPosition } from '../../src/events/kernel/event.js';
import {
  channelIds,
  contactIds,
  conversationIds,
  eventIds,
  messageIds,
  workspaceIds,
} from '../../src/events/kernel/ids.js';
import { journal } from '../../src/schema/tables/read.js';

export const newWorkspaceId = () => workspaceIds.fromUuid(uuid());
export const newChannelId = () => channelIds.fromUuid(uuid());
export const newConversationId = () => conversationIds.fromUuid(uuid());
export const newContactId = () => contactIds.fromUuid(uuid());
export const newMessageId = () => messageIds.fromUuid(uuid());
export const newEventId = () => eventIds.fromUuid(uuid());

/** An event as the journal holds it; only the envelope matters to whoever reads the journal. */
export function journalEvent(
  about: Partial<EventEnvelope> & Pick<EventEnvelope, 'workspaceId'>,
  recordedAt = '2026-01-01T00:00:00.000Z',
): EventEnvelope {
  const times = { occurredAt: recordedAt, recordedAt };
  return { id: newEventId(), type: 'message.delivered', version: 1, data: {}, ...times, ...about };
}

/** Writes the journal as the projector does: rows, positions and NOTIFY in one transaction. */
export interface JournalWriter {
  /** Events of one partition; `null` is an offset that the journal doesn't hold (a repeat, a dead letter). */
  append(partition: number, ...events: readonly (EventEnvelope | null)[]): Promise<EventPosition[]>;
  /** What has been written so far. */
  heads(): Vector;
}

export function createJournalWriter(database: Database, partitionCount: number): JournalWriter {
  let heads = originVector(partitionCount);
  return {
    async append(partition, ...events) {
      const base = heads[partition] ?? 0n;
      const rows = events.map((event, index) => ({ event, offset: base + BigInt(index) }));
      heads = heads.with(partition, base + BigInt(events.length));
      const kept = rows.flatMap(({ event, offset }) => (event === null ? [] : [rowOf(event, partition, offset)]));
      await database.transaction(async (tx) => {
        await tx.execute(sql`
          insert into read.positions (partition, next_offset) values (${partition}, ${heads[partition]})
          on conflict (partition) do update set next_offset = greatest(positions.next_offset, excluded.next_offset)`);
        if (kept.length > 0) await tx.insert(journal).values(kept);
        await tx.execute(sql`select pg_notify('parley_journal', '')`);
      });
      return rows.map(({ offset }) => ({ partition, offset }));
    },
    heads: () => heads,
  };
}

function rowOf(event: EventEnvelope, partition: number, offset: bigint): typeof journal.$inferInsert {
  return {
    partition,
    offset,
    id: eventIds.toUuid(event.id),
    type: event.type,
    workspaceId: workspaceIds.toUuid(event.workspaceId),
    channelId: event.channelId && channelIds.toUuid(event.channelId),
    conversationId: event.conversationId && conversationIds.toUuid(event.conversationId),
    contactId: event.contactId && contactIds.toUuid(event.contactId),
    messageId: event.messageId && messageIds.toUuid(event.messageId),
    recordedAt: new Date(event.recordedAt),
    isFolded: true,
    value: event,
  };
}
