import type { Transaction } from '../../database/database.js';
import type { MessageAccepted } from '../message/decide.js';
import { foldDispatch, stepsOf } from '../workers/dispatcher/fold.js';
import { insertDispatches, type NewDispatch } from '../workers/dispatcher/insert-dispatches.js';

/** A scheduled row is in no lane; it gets its place when it is due. */
const NO_PLACE = 0n;

/**
 * The dispatches of those that are to be sent later, as the intake would make them: so one can be cancelled as soon as it
 * was answered, whatever the intake has seen (design §14). Nobody else knows these rows' keys yet, so that it matters to
 * nobody's order of locks when they are made.
 */
export async function insertScheduled(tx: Transaction, events: readonly MessageAccepted[]): Promise<void> {
  await insertDispatches(
    tx,
    events.filter(({ type }) => type === 'message.scheduled').flatMap((event) => rowsOf(event)),
  );
}

function rowsOf(event: MessageAccepted): readonly NewDispatch[] {
  const { workspaceId, channelId, conversationId, contactId } = event;
  if (channelId === undefined || conversationId === undefined) throw new RangeError(`${event.type} names no thread.`);
  return stepsOf(event).map((step) => {
    const { messageId, attempt, part } = step;
    const { payload = null, ...row } = foldDispatch(undefined, step);
    const subject = { messageId, attempt, part, workspaceId, channelId, conversationId, contactId };
    return { ...row, payload, subject, queueOffset: NO_PLACE };
  });
}
