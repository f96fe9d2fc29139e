import { sql, type Column } from 'drizzle-orm';
import type { Transaction } from '../../database/database.js';
import type { ReadTables } from '../../schema/tables/read.js';
import type { ParleyEvent } from '../catalog.js';
import { evolveContact } from '../contact/evolve.js';
import type { ContactEvent } from '../contact/events.js';
import type { ContactState } from '../contact/state.js';
import { evolveConversation } from '../conversation/evolve.js';
import type { ConversationEvent } from '../conversation/events.js';
import { noteOf } from '../conversation/note.js';
import type { ConversationState } from '../conversation/state.js';
import type { RecordedEvent } from '../kernel/event.js';
import { contactIds, conversationIds, messageIds, type IdCodec } from '../kernel/ids.js';
import { evolveMessage, isAdded } from '../message/evolve.js';
import type { MessageEvent } from '../message/events.js';
import type { MessageState } from '../message/state.js';
import { timelineEntryOf } from '../message/timeline.js';
import { addCounts, countMove, type CountMoves } from './conversation-counts.js';
import { snapshotDue, type ConversationSnapshotRow } from './conversation-snapshots.js';
import {
  contactFromRow,
  contactToRows,
  conversationFromRow,
  conversationToRow,
  messageFromRow,
  messageToRow,
  noteToRow,
  timelineEntryToRow,
  type NoteRow,
  type TimelineRow,
} from './rows.js';
import { upsert } from './upsert.js';

/** The aggregates that a batch touches, as they stand before and then after it. */
export interface ReadModels {
  readonly messages: Map<string, MessageState>;
  readonly conversations: Map<string, ConversationState>;
  readonly contacts: Map<string, ContactState>;
  readonly counts: CountMoves;
  readonly notes: NoteRow[];
  readonly timeline: TimelineRow[];
  readonly snapshots: ConversationSnapshotRow[];
}

/** The rows that these events touch. The position's lock keeps them still: a row belongs to one key (rule 12). */
export async function loadReadModels(
  tx: Transaction,
  tables: ReadTables,
  events: readonly ParleyEvent[],
): Promise<ReadModels> {
  const { messages, conversations } = tables;
  const messageRows = await tx
    .select()
    .from(messages)
    .where(isOneOf(messages.id, uuids(messageIds, events.filter(isOfMessage), 'messageId')));
  const conversationRows = await tx
    .select()
    .from(conversations)
    .where(isOneOf(conversations.id, uuids(conversationIds, events.filter(isOfConversation), 'conversationId')));
  return {
    messages: byId(messageRows.map(messageFromRow)),
    conversations: byId(conversationRows.map(conversationFromRow)),
    contacts: byId(await loadContacts(tx, tables, uuids(contactIds, events.filter(isOfContact), 'contactId'))),
    counts: new Map(),
    notes: [],
    timeline: [],
    snapshots: [],
  };
}

async function loadContacts(
  tx: Transaction,
  { contacts, contactAddresses }: ReadTables,
  ids: readonly string[],
): Promise<ContactState[]> {
  if (ids.length === 0) return [];
  const contactRows = await tx.select().from(contacts).where(isOneOf(contacts.id, ids));
  const addressRows = await tx.select().from(contactAddresses).where(isOneOf(contactAddresses.contactId, ids));
  return contactRows.map((row) =>
    contactFromRow(
      row,
      addressRows.filter(({ contactId }) => contactId === row.id),
    ),
  );
}

/** Folds one event into whatever it touches; those of channels and audits only stand in the journal. */
export function foldInto(models: ReadModels, { event, position }: RecordedEvent<ParleyEvent>): void {
  const addsMessage = isOfMessage(event) && foldMessage(models, { event, position });
  if (isOfConversation(event)) {
    const id = event.conversationId ?? '';
    const before = models.conversations.get(id);
    const after = evolveConversation(before, { event, position }, addsMessage);
    models.conversations.set(id, after);
    countMove(models.counts, before, after, position);
    models.snapshots.push(...snapshotDue(after, position));
    if (event.type === 'conversation.note_added') models.notes.push(noteToRow(noteOf({ event, position })));
  }
  if (isOfContact(event)) {
    const id = event.contactId ?? '';
    models.contacts.set(id, evolveContact(models.contacts.get(id), { event, position }));
  }
}

/** Answers whether the message joined its conversation's messages. */
function foldMessage(models: ReadModels, recorded: RecordedEvent<MessageEvent>): boolean {
  const id = recorded.event.messageId ?? '';
  const before = models.messages.get(id);
  const after = evolveMessage(before, recorded);
  models.messages.set(id, after);
  const entry = timelineEntryOf(recorded);
  const move = { isMove: isMove(before, after), isAdded: isAdded(after) && !isAdded(before) };
  if (entry) models.timeline.push(timelineEntryToRow(entry, after.workspaceId, move));
  return move.isAdded;
}

/** Whether what clients see of the status changed. A stub is seen by nobody: its completion is the first move. */
function isMove(before: MessageState | undefined, after: MessageState): boolean {
  if (after.direction === null) return false;
  return before === undefined || before.direction === null || before.status !== after.status;
}

/** Tables in a fixed order, rows sorted by key: partitions that fold at the same time can't deadlock (rules 11, 12). */
export async function saveReadModels(tx: Transaction, tables: ReadTables, models: ReadModels): Promise<void> {
  const { messages, timeline, conversations, conversationSnapshots, conversationNotes, contacts, contactAddresses } =
    tables;
  const contactRows = [...models.contacts.values()].map(contactToRows);
  const addresses = contactRows.flatMap((rows) => rows.addresses);
  await upsert(
    tx,
    messages,
    sorted([...models.messages.values()].map(messageToRow), ({ id }) => id),
  );
  await upsert(
    tx,
    timeline,
    sorted(models.timeline, ({ eventId }) => eventId),
  );
  await upsert(
    tx,
    conversations,
    sorted([...models.conversations.values()].map(conversationToRow), ({ id }) => id),
  );
  await addCounts(tx, tables, models.counts);
  await upsert(
    tx,
    conversationSnapshots,
    sorted(models.snapshots, (row) => `${row.conversationId} ${row.nextOffset.toString().padStart(19, '0')}`),
  );
  await upsert(
    tx,
    conversationNotes,
    sorted(models.notes, ({ id }) => id),
  );
  await upsert(
    tx,
    contacts,
    sorted(
      contactRows.map(({ contact }) => contact),
      ({ id }) => id,
    ),
  );
  await upsert(
    tx,
    contactAddresses,
    sorted(addresses, (row) => `${row.contactId} ${row.channelId} ${row.address}`),
  );
}

export const isOfMessage = (event: ParleyEvent): event is MessageEvent => event.type.startsWith('message.');
export const isOfContact = (event: ParleyEvent): event is ContactEvent => event.type.startsWith('contact.');
export const isOfConversation = (event: ParleyEvent): event is ConversationEvent | MessageEvent =>
  event.type.startsWith('conversation.') || isOfMessage(event);

type IdField = 'messageId' | 'conversationId' | 'contactId';

/** The ids that these events name in one field, each once. An event that names none is judged by its fold. */
function uuids<Id extends string, Field extends IdField>(
  ids: IdCodec<Id>,
  events: readonly { readonly [Key in Field]?: Id | undefined }[],
  field: Field,
): readonly string[] {
  const named = new Set(events.flatMap((event) => event[field] ?? []));
  return [...named].map((id) => ids.toUuid(id)).sort();
}

const isOneOf = (column: Column, ids: readonly string[]) => sql`${column} = any(${sql.param(ids)}::uuid[])`;

const byId = <State extends { readonly id: string }>(states: readonly State[]): Map<string, State> =>
  new Map(states.map((state) => [state.id, state]));

const sorted = <Row>(rows: readonly Row[], key: (row: Row) => string): readonly Row[] =>
  rows
    .map((row) => ({ row, key: key(row) }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ row }) => row);
