import type { BatchResult, CommandResult } from '../events/commands/commands.js';
import type { CursorCodec, Vector } from '../events/kernel/cursor.js';
import type { MessageState } from '../events/message/state.js';
import { SendMessagePayload, SendMessagesPayload } from '../schema/graphql/payloads.type.js';
import { instance } from './instance.js';
import { toMessage } from './message.view.js';
import { toUserErrors } from './user-error.view.js';

/**
 * What every command that answers a message answers.
 * @param readAfter what is reached through the message waits for it; default: the message's own cursor
 */
export function toMessageFields(
  result: CommandResult<MessageState | undefined>,
  cursors: CursorCodec,
  readAfter?: Vector,
) {
  if (!result.ok) return { message: null, userErrors: toUserErrors(result.userErrors), cursor: null };
  const { value, cursor } = result;
  return {
    message: toMessage(value, { readAfter: readAfter ?? cursor }),
    userErrors: [],
    cursor: cursors.encode(cursor),
  };
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
