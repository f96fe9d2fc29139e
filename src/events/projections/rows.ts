import type {
  contactAddresses,
  contacts,
  conversationNotes,
  conversations,
  messages,
  timeline,
} from '../../schema/tables/read.js';
import { compareAddresses } from '../contact/evolve.js';
import type { ContactState } from '../contact/state.js';
import type { Note } from '../conversation/note.js';
import type { ConversationState, ConversationStatus } from '../conversation/state.js';
import {
  channelIds,
  contactIds,
  conversationIds,
  eventIds,
  messageIds,
  noteIds,
  workspaceIds,
  type IdCodec,
  type WorkspaceId,
} from '../kernel/ids.js';
import type { ContentKind, MessageContent } from '../message/content.js';
import type { MessageCategory } from '../message/events.js';
import type {
  MessageAuthor,
  MessageDirection,
  MessageFailure,
  MessageState,
  MessageStatus,
  Progress,
  ReactionEntry,
  TimelineEntry,
  Words,
} from '../message/state.js';

/** The rows of the read models as drizzle's query builder answers them, and what folds and finders make of them. */
export type MessageRow = typeof messages.$inferSelect;
export type TimelineRow = typeof timeline.$inferSelect;
export type ConversationRow = typeof conversations.$inferSelect;
export type NoteRow = typeof conversationNotes.$inferSelect;
export type ContactRow = typeof contacts.$inferSelect;
export type ContactAddressRow = typeof contactAddresses.$inferSelect;

type Json = Readonly<Record<string, unknown>>;

const fromNullable = <Id extends string>(ids: IdCodec<Id>, uuid: string | null): Id | null =>
  uuid === null ? null : ids.fromUuid(uuid);
const toNullable = <Id extends string>(ids: IdCodec<Id>, id: Id | null): string | null =>
  id === null ? null : ids.toUuid(id);

export function messageFromRow(row: MessageRow): MessageState {
  return {
    id: messageIds.fromUuid(row.id),
    workspaceId: workspaceIds.fromUuid(row.workspaceId),
    conversationId: conversationIds.fromUuid(row.conversationId),
    channelId: channelIds.fromUuid(row.channelId),
    contactId: fromNullable(contactIds, row.contactId),
    direction: row.direction as MessageDirection | null,
    author: row.author as MessageAuthor | null,
    authorId: row.authorId,
    contentKind: row.contentKind as ContentKind | null,
    content: row.content as MessageContent | null,
    isErased: row.isErased,
    edit: row.edit as MessageState['edit'],
    parts: row.parts,
    progress: row.progress as Progress,
    words: row.words as Words,
    status: row.status as MessageStatus,
    statusAt: row.statusAt.toISOString(),
    failure: row.failure as MessageFailure | null,
    providerMessageIds: row.providerMessageIds,
    reference: row.reference,
    category: row.category as MessageCategory | null,
    degradedFrom: row.degradedFrom as ContentKind | null,
    idempotencyKey: row.idempotencyKey,
    metadata: row.metadata as Json | null,
    providerData: row.providerData as Json | null,
    replyToMessageId: fromNullable(messageIds, row.replyToMessageId),
    reactions: row.reactions as readonly ReactionEntry[],
    scheduledAt: row.scheduledAt?.toISOString() ?? null,
    addedAt:
      row.addedPartition === null || row.addedOffset === null
        ? null
        : { partition: row.addedPartition, offset: row.addedOffset },
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

export function messageToRow(state: MessageState): MessageRow {
  const { addedAt, ...rest } = state;
  return {
    ...rest,
    id: messageIds.toUuid(state.id),
    workspaceId: workspaceIds.toUuid(state.workspaceId),
    conversationId: conversationIds.toUuid(state.conversationId),
    channelId: channelIds.toUuid(state.channelId),
    contactId: toNullable(contactIds, state.contactId),
    statusAt: new Date(state.statusAt),
    providerMessageIds: [...state.providerMessageIds],
    replyToMessageId: toNullable(messageIds, state.replyToMessageId),
    scheduledAt: state.scheduledAt === null ? null : new Date(state.scheduledAt),
    addedPartition: addedAt?.partition ?? null,
    addedOffset: addedAt?.offset ?? null,
    createdAt: new Date(state.createdAt),
    updatedAt: new Date(state.updatedAt),
  };
}

export function timelineEntryFromRow(row: TimelineRow): TimelineEntry {
  return {
    eventId: eventIds.fromUuid(row.eventId),
    messageId: messageIds.fromUuid(row.messageId),
    position: { partition: row.partition, offset: row.offset },
    status: row.status as MessageStatus,
    isStageUnknown: row.isStageUnknown,
    attempt: row.attempt,
    part: row.part,
    occurredAt: row.occurredAt.toISOString(),
    recordedAt: row.recordedAt.toISOString(),
    failure: row.failure as MessageFailure | null,
  };
}

/** What an event did to its message beyond its entry. */
export interface MessageMove {
  /** The status that clients see moved. */
  readonly isMove: boolean;
  /** The message joined its conversation's messages. */
  readonly isAdded: boolean;
}

export function timelineEntryToRow(entry: TimelineEntry, workspaceId: WorkspaceId, move: MessageMove): TimelineRow {
  const { position, ...rest } = entry;
  return {
    ...rest,
    eventId: eventIds.toUuid(entry.eventId),
    messageId: messageIds.toUuid(entry.messageId),
    workspaceId: workspaceIds.toUuid(workspaceId),
    partition: position.partition,
    offset: position.offset,
    occurredAt: new Date(entry.occurredAt),
    recordedAt: new Date(entry.recordedAt),
    ...move,
  };
}

export function conversationFromRow(row: ConversationRow): ConversationState {
  return {
    id: conversationIds.fromUuid(row.id),
    workspaceId: workspaceIds.fromUuid(row.workspaceId),
    channelId: channelIds.fromUuid(row.channelId),
    contactId: fromNullable(contactIds, row.contactId),
    address: row.address,
    addressAt: row.addressAt?.toISOString() ?? null,
    mergedInto: fromNullable(conversationIds, row.mergedInto),
    mergedAt: row.mergedAt?.toISOString() ?? null,
    heardAt: row.heardAt?.toISOString() ?? null,
    providerContactId: row.providerContactId,
    status: row.status as ConversationStatus,
    snoozedUntil: row.snoozedUntil?.toISOString() ?? null,
    agentId: row.agentId,
    teamId: row.teamId,
    labels: row.labels,
    attributes: row.attributes as Json,
    incomingCount: row.incomingCount,
    readIncomingCount: row.readIncomingCount,
    allReadAt: row.allReadAt?.toISOString() ?? null,
    lastMessageId: fromNullable(messageIds, row.lastMessageId),
    lastActivityAt: row.lastActivityAt.toISOString(),
    lastIncomingAt: row.lastIncomingAt?.toISOString() ?? null,
    waitingSince: row.waitingSince?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
    eventCount: row.eventCount,
    recordedUntil: row.recordedUntil.toISOString(),
  };
}

export function conversationToRow(state: ConversationState): ConversationRow {
  return {
    ...state,
    id: conversationIds.toUuid(state.id),
    workspaceId: workspaceIds.toUuid(state.workspaceId),
    channelId: channelIds.toUuid(state.channelId),
    contactId: toNullable(contactIds, state.contactId),
    addressAt: state.addressAt === null ? null : new Date(state.addressAt),
    mergedInto: toNullable(conversationIds, state.mergedInto),
    mergedAt: state.mergedAt === null ? null : new Date(state.mergedAt),
    heardAt: state.heardAt === null ? null : new Date(state.heardAt),
    lastMessageId: toNullable(messageIds, state.lastMessageId),
    labels: [...state.labels],
    snoozedUntil: state.snoozedUntil === null ? null : new Date(state.snoozedUntil),
    allReadAt: state.allReadAt === null ? null : new Date(state.allReadAt),
    lastActivityAt: new Date(state.lastActivityAt),
    lastIncomingAt: state.lastIncomingAt === null ? null : new Date(state.lastIncomingAt),
    waitingSince: state.waitingSince === null ? null : new Date(state.waitingSince),
    createdAt: new Date(state.createdAt),
    recordedUntil: new Date(state.recordedUntil),
  };
}

export const noteFromRow = (row: NoteRow): Note => ({
  ...row,
  id: noteIds.fromUuid(row.id),
  workspaceId: workspaceIds.fromUuid(row.workspaceId),
  conversationId: conversationIds.fromUuid(row.conversationId),
  createdAt: row.createdAt.toISOString(),
});

export const noteToRow = (note: Note): NoteRow => ({
  ...note,
  id: noteIds.toUuid(note.id),
  workspaceId: workspaceIds.toUuid(note.workspaceId),
  conversationId: conversationIds.toUuid(note.conversationId),
  createdAt: new Date(note.createdAt),
});

/** @param addresses that contact's rows, in any order */
export function contactFromRow(row: ContactRow, addresses: readonly ContactAddressRow[]): ContactState {
  return {
    id: contactIds.fromUuid(row.id),
    workspaceId: workspaceIds.fromUuid(row.workspaceId),
    displayName: row.displayName,
    addresses: addresses
      .map(({ channelId, address }) => ({ channelId: channelIds.fromUuid(channelId), address }))
      .sort(compareAddresses),
    createdAt: row.createdAt.toISOString(),
    attributes: row.attributes as Json,
    attributesRevision: row.attributesRevision,
    blockedAt: row.blockedAt?.toISOString() ?? null,
    blockRevision: row.blockRevision,
    optedOutAt: row.optedOutAt?.toISOString() ?? null,
    consentRevision: row.consentRevision,
    mergedInto: fromNullable(contactIds, row.mergedInto),
    mergeRevision: row.mergeRevision,
  };
}

export function contactToRows(state: ContactState): {
  readonly contact: ContactRow;
  readonly addresses: readonly ContactAddressRow[];
} {
  const id = contactIds.toUuid(state.id);
  const workspaceId = workspaceIds.toUuid(state.workspaceId);
  const { addresses: _elsewhere, ...rest } = state;
  return {
    contact: {
      ...rest,
      id,
      workspaceId,
      createdAt: new Date(state.createdAt),
      blockedAt: state.blockedAt === null ? null : new Date(state.blockedAt),
      optedOutAt: state.optedOutAt === null ? null : new Date(state.optedOutAt),
      mergedInto: toNullable(contactIds, state.mergedInto),
    },
    addresses: state.addresses.map(({ channelId, address }) => ({
      contactId: id,
      channelId: channelIds.toUuid(channelId),
      workspaceId,
      address,
    })),
  };
}
