import type { Caller } from '../../access/caller.js';
import { refuseOwnId } from '../conversation/decide.js';
import { noteOf, type Note, type NoteAdded } from '../conversation/note.js';
import type { ConversationState } from '../conversation/state.js';
import { canonicalJson } from '../kernel/canonical-json.js';
import { traced } from '../kernel/trace-context.js';
import { countCharacters, isStorable } from '../message/plain-text.js';
import { refuseKey } from '../message/send-form.js';
import { raiseCursor } from './answer-cursor.js';
import type { CommandDeps } from './command-deps.js';
import type { AddNote, CommandResult, UserError } from './commands.js';
import { findConversation } from './find-conversation.js';
import type { FreshLookup } from './fresh-lookup.js';

export const NOTE_LENGTH_MAX = 10_000;

/**
 * Puts a note beside a conversation by one event. With an idempotency key its id follows from the key and from what it
 * says: whoever repeats it says the same event again, and the journal keeps one.
 */
export function createAddNote(deps: CommandDeps, freshly: FreshLookup) {
  return async (caller: Caller, input: AddNote, givenUp: AbortSignal): Promise<CommandResult<Note>> => {
    const refusals = judge(input);
    if (refusals.length > 0) return { ok: false, userErrors: refusals };
    const found = await findConversation(deps, caller, input.conversationId, (_id, find) => freshly(find));
    if (!found.ok) return { ok: false, userErrors: found.refusals };
    givenUp.throwIfAborted();
    const event = eventOf(deps, found.value, input);
    const position = await deps.outbox.append(event);
    return { ok: true, value: noteOf({ event, position }), cursor: raiseCursor(deps.feed.tail(), [position]) };
  };
}

function judge({ text, authorId, idempotencyKey }: AddNote): readonly UserError[] {
  const isFine = text.trim() !== '' && countCharacters(text) <= NOTE_LENGTH_MAX && isStorable(text);
  const message = `1 to ${NOTE_LENGTH_MAX} characters, and no NUL.`;
  return [
    ...(isFine ? [] : [{ code: 'INPUT_INVALID', message, field: ['text'] } as const]),
    ...refuseOwnId('authorId', authorId),
    ...(idempotencyKey === undefined ? [] : refuseKey(idempotencyKey)),
  ];
}

function eventOf(
  { identity, clock, trace, newMessageId }: CommandDeps,
  { id, workspaceId, channelId, contactId }: ConversationState,
  { text, authorId, idempotencyKey }: AddNote,
): NoteAdded {
  const at = clock.now().toISOString();
  // Without a key nobody says it again: any new id will do.
  const occasion = idempotencyKey === undefined ? `once ${newMessageId()}` : `key ${idempotencyKey}`;
  const noteId = identity.note(id, occasion, canonicalJson({ text, authorId }));
  return {
    id: identity.ofCommand(noteId, 'added', 'conversation.note_added'),
    ...{ type: 'conversation.note_added', version: 1, workspaceId, channelId, conversationId: id },
    ...(contactId === null ? {} : { contactId }),
    ...{ occurredAt: at, recordedAt: at },
    ...traced(trace?.()),
    data: { noteId, ...(authorId === undefined ? {} : { authorId }), content: { text } },
  };
}
