import type { BatchResult, CommandResult } from '../events/commands/commands.js';
import type { CursorCodec, Vector } from '../events/kernel/cursor.js';
import type { MessageState } from '../events/message/state.js';
import { SendMessagePayload, SendMessagesPayload } from '../schema/graphql/payloads.type.js';
import { instance } from './instance.js';
import { toMessage } from './message.view.js';
import { outcomeOf, toUserErrors } from './user-error.view.js';

/**
 * What every command that answers a message answers.
 * @param readAfter what is reached through the message waits for it; default: the message's own cursor
 */
export function toMessageFields(
  result: CommandResult<MessageState | undefined>,
  cursors: CursorCodec,
  readAfter?: Vector,
) {
  const message = result.ok ? toMessage(result.value, { readAfter: readAfter ?? result.cursor }) : null;
  return { message, ...outcomeOf(result, cursors) };
}

export const toSendPayload = (...of: Parameters<typeof toMessageFields>): SendMessagePayload =>
  instance(SendMessagePayload, toMessageFields(...of));

/** All of a batch wait for the same place: once, and what they then load they load together. */
export function toBatchPayload(batch: BatchResult, cursors: CursorCodec): SendMessagesPayload {
  if (!batch.ok)
    return instance(SendMessagesPayload, { results: [], userErrors: toUserErrors(batch.userErrors), cursor: null });
  const { results, cursor } = batch;
  return instance(SendMessagesPayload, {
    results: results.map((result) => toSendPayload(result, cursors, cursor ?? undefined)),
    userErrors: [],
    cursor: cursor && cursors.encode(cursor),
  });
}
