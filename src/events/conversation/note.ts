import type { RecordedEvent } from '../kernel/event.js';
import { noteIds, type ConversationId, type NoteId, type WorkspaceId } from '../kernel/ids.js';
import { instantOf } from '../kernel/instant.js';
import { open } from '../sealing.js';
import type { ConversationEvent } from './events.js';

export type NoteAdded = Extract<ConversationEvent, { type: 'conversation.note_added' }>;

/** An internal note beside a conversation, as its one event makes it. */
export interface Note {
  readonly id: NoteId;
  readonly workspaceId: WorkspaceId;
  readonly conversationId: ConversationId;
  /** The customer's own id. */
  readonly authorId: string | null;
  /** Null once erased. */
  readonly text: string | null;
  readonly createdAt: string;
  /** Of its event, in the partition where all of the conversation lies. */
  readonly offset: bigint;
}

/** @throws TypeError for an event that names no conversation, or a note by no id of one */
export function noteOf({ event, position }: RecordedEvent<NoteAdded>): Note {
  const id = noteIds.parse(event.data.noteId);
  if (id === undefined || event.conversationId === undefined)
    throw new TypeError(`${event.type} doesn't name its note and conversation.`);
  const said = open<{ readonly text: string }>(event);
  return {
    id,
    workspaceId: event.workspaceId,
    conversationId: event.conversationId,
    authorId: event.data.authorId ?? null,
    text: said.state === 'open' ? said.content.text : null,
    createdAt: instantOf(event.occurredAt),
    offset: position.offset,
  };
}
