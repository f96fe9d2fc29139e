import { sql } from 'drizzle-orm';
import type { Caller } from '../../access/caller.js';
import type { Executor } from '../../database/database.js';
import { evolveConversation } from '../conversation/evolve.js';
import type { ConversationEvent } from '../conversation/events.js';
import type { ConversationState } from '../conversation/state.js';
import { accepted, refused, type Decision } from '../kernel/decision.js';
import { conversationIds, messageIds, workspaceIds, type MessageId } from '../kernel/ids.js';
import { traced } from '../kernel/trace-context.js';
import type { MessageState } from '../message/state.js';
import { raiseCursor } from './answer-cursor.js';
import type { CommandDeps } from './command-deps.js';
import type { CommandResult, MarkConversationRead, UserError } from './commands.js';
import { findConversation } from './find-conversation.js';
import type { FreshLookup } from './fresh-lookup.js';
import { createShowRead } from './show-read.js';

type ConversationRead = Extract<ConversationEvent, { type: 'conversation.read' }>;
type Mark = ConversationRead['data'];

/**
 * Moves the conversation's read mark by one event, and has the contact shown that it moved; where it stands there already,
 * nothing is appended, and nobody told.
 */
export function createMarkConversationRead(deps: CommandDeps, freshly: FreshLookup) {
  const showRead = createShowRead(deps);
  return async (
    caller: Caller,
    input: MarkConversationRead,
    givenUp: AbortSignal,
  ): Promise<CommandResult<ConversationState>> => {
    const found = await findConversation(deps, caller, input.conversationId, (_id, find) => freshly(find));
    if (!found.ok) return { ok: false, userErrors: found.refusals };
    const conversation = found.value;
    const mark = await findMark(deps, freshly, caller, conversation, input.upToMessageId);
    if (!mark.ok) return { ok: false, userErrors: mark.refusals };
    if (mark.value === undefined || mark.value.incomingCount <= conversation.readIncomingCount)
      return { ok: true, value: conversation, cursor: deps.feed.tail() };
    givenUp.throwIfAborted();
    const event = readEvent(deps, conversation, mark.value);
    const position = await deps.outbox.append(event);
    showRead(conversation, mark.value.upToMessageId);
    const value = evolveConversation(conversation, { event, position });
    return { ok: true, value, cursor: raiseCursor(deps.feed.tail(), [position]) };
  };
}

/** Undefined: there is no message to have read. */
async function findMark(
  deps: CommandDeps,
  freshly: FreshLookup,
  { workspaceId }: Caller,
  conversation: ConversationState,
  upTo: string | undefined,
): Promise<Decision<Mark | undefined, UserError>> {
  const { lastMessageId, incomingCount } = conversation;
  if (upTo === undefined)
    return accepted(lastMessageId === null ? undefined : { upToMessageId: lastMessageId, incomingCount });
  const field = ['upToMessageId'];
  const id = messageIds.parse(upTo);
  if (id === undefined) return refused({ code: 'INPUT_INVALID', message: 'Not the id of a message.', field });
  const message = await freshly(async () => addedOf((await deps.finders.messages(workspaceId, [id]))[0]));
  if (message?.conversationId !== conversation.id)
    return refused({ code: 'MESSAGE_NOT_FOUND', message: 'No such message in this conversation.', field });
  return accepted({ upToMessageId: id, incomingCount: await countIncoming(deps.database.orm, conversation, id) });
}

const addedOf = (message: MessageState | undefined) => (message?.addedAt ? message : undefined);

/** By the journal's order, which never changes: the same message always gives the same count. */
async function countIncoming(executor: Executor, { workspaceId, id }: ConversationState, upTo: MessageId) {
  const counted = await executor.execute<{ incoming: number }>(sql`
    select count(*)::integer as incoming
    from read.messages as mark join read.messages as earlier
      on earlier.workspace_id = mark.workspace_id and earlier.conversation_id = mark.conversation_id
      and earlier.direction = 'INCOMING' and earlier.added_offset <= mark.added_offset
    where mark.workspace_id = ${workspaceIds.toUuid(workspaceId)}
      and mark.conversation_id = ${conversationIds.toUuid(id)} and mark.id = ${messageIds.toUuid(upTo)}`);
  return counted.rows[0]?.incoming ?? 0;
}

/** Its id follows from the mark: whoever marks the same message again says the same event. */
function readEvent(
  { identity, clock, trace }: CommandDeps,
  conversation: ConversationState,
  mark: Mark,
): ConversationRead {
  const at = clock.now().toISOString();
  return {
    id: identity.ofCommand(conversation.id, mark.upToMessageId, 'conversation.read'),
    type: 'conversation.read',
    version: 1,
    workspaceId: conversation.workspaceId,
    channelId: conversation.channelId,
    conversationId: conversation.id,
    ...(conversation.contactId === null ? {} : { contactId: conversation.contactId }),
    occurredAt: at,
    recordedAt: at,
    ...traced(trace?.()),
    data: mark,
  };
}
