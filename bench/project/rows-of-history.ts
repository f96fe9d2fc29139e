import type { ParleyEvent } from '../../src/events/catalog.js';
import {
  channelIds,
  contactIds,
  conversationIds,
  conversationToRow,
  eventIds,
  foldInto,
  messageIds,
  messageToRow,
  partitionOf,
  toRecord,
  workspaceIds,
} from '../product.js';
import type { Row } from './insert-rows.js';

/** All rows that the projector writes for one batch of one partition. */
export interface BatchRows {
  readonly events: readonly Row[];
  readonly messages: readonly Row[];
  readonly timeline: readonly Row[];
  readonly conversations: readonly Row[];
  readonly positions: readonly Row[];
}

/** Events in one transaction, as many as a fetch of a projector that is behind brings. */
const BATCH_SIZE = 500;

/** @param offsets next ones by partition; they are moved on */
export function rowsOfHistory(history: readonly ParleyEvent[], offsets: bigint[]): readonly BatchRows[] {
  const byPartition = new Map<number, ParleyEvent[]>();
  for (const event of history) {
    const partition = partitionOf(event.conversationId ?? '', offsets.length);
    const others = byPartition.get(partition) ?? [];
    others.push(event);
    byPartition.set(partition, others);
  }
  return [...byPartition].flatMap(([partition, events]) => {
    const slices = Array.from({ length: Math.ceil(events.length / BATCH_SIZE) }, (_, slice) =>
      events.slice(slice * BATCH_SIZE, (slice + 1) * BATCH_SIZE),
    );
    return slices.map((slice) => {
      const base = offsets[partition] ?? 0n;
      offsets[partition] = base + BigInt(slice.length);
      return rowsOfBatch(slice, partition, base);
    });
  });
}

function rowsOfBatch(events: readonly ParleyEvent[], partition: number, base: bigint): BatchRows {
  const models = {
    messages: new Map(),
    conversations: new Map(),
    contacts: new Map(),
    counts: new Map(),
    notes: [],
    timeline: [],
    snapshots: [],
  };
  const offsetOf = (index: number) => base + BigInt(index);
  events.forEach((event, index) => foldInto(models, { event, position: { partition, offset: offsetOf(index) } }));
  return {
    events: events.map((event, index) => journalRow(event, partition, offsetOf(index))),
    messages: [...models.messages.values()].map(messageToRow),
    timeline: models.timeline,
    conversations: [...models.conversations.values()].map(conversationToRow),
    positions: [{ partition, nextOffset: offsetOf(events.length) }],
  };
}

const journalRow = (event: ParleyEvent, partition: number, offset: bigint): Row => ({
  partition,
  offset,
  id: eventIds.toUuid(event.id),
  type: event.type,
  workspaceId: workspaceIds.toUuid(event.workspaceId),
  channelId: event.channelId && channelIds.toUuid(event.channelId),
  conversationId: event.conversationId && conversationIds.toUuid(event.conversationId),
  contactId: event.contactId && contactIds.toUuid(event.contactId),
  messageId: event.messageId && messageIds.toUuid(event.messageId),
  recordedAt: event.recordedAt,
  isFolded: true,
  value: toRecord(event, 'f'.repeat(16)).value.toString(),
});
