import { instantOf } from '../kernel/instant.js';
import { open } from '../sealing.js';
import type { MessageEvent } from './events.js';
import type { MessageState } from './state.js';

type MessageEdited = Extract<MessageEvent, { type: 'message.edited' }>;

/**
 * The message as its latest edit has it: by the author's clock, of the same moment by the event's id, so that every order
 * gives the same (rule 13). What it said before stands in the journal.
 */
export function withEdit(state: MessageState, event: MessageEdited): MessageState {
  const edit = { at: instantOf(event.occurredAt), eventId: event.id };
  if (state.edit !== null && !isLater(edit, state.edit)) return state;
  const words = open<NonNullable<typeof event.data.content>>(event);
  return {
    ...state,
    edit,
    contentKind: event.data.contentKind,
    content: words.state === 'open' ? words.content.message : null,
    isErased: words.state === 'erased',
  };
}

/** What the message said when it was written counts only while nobody edited it. */
export const saidLast = ({ edit, contentKind, content, isErased }: MessageState): Partial<MessageState> =>
  edit === null ? {} : { contentKind, content, isErased };

type Edit = NonNullable<MessageState['edit']>;

const isLater = (a: Edit, b: Edit): boolean => (a.at === b.at ? a.eventId > b.eventId : a.at > b.at);
