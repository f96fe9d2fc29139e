import { sql } from 'drizzle-orm';
import type { Caller } from '../../access/caller.js';
import type { Executor } from '../../database/database.js';
import { evolveConversation } from '../conversation/evolve.js';
import type { ConversationEvent } from '../conversation/events.js';
import { combineConversations, partsOf, type WholeConversation } from '../conversation/combine.js';
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
 * nothing is appended, and nobody told. Those that are shown as it have marks of their own, which move with it.
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
    const marks = await findMarks(deps, freshly, caller, conversation, input.upToMessageId);
    if (!marks.ok) return { ok: false, userErrors: marks.refusals };
    const moved = marks.value.filter(({ part, mark }) => mark.incomingCount > part.readIncomingCount);
    givenUp.throwIfAborted();
    const done = await Promise.all(
      moved.map(async ({ part, mark }) => {
        const event = readEvent(deps, part, mark);
        const position = await deps.outbox.append(event);
        showRead(part, mark.upToMessageId);
        return { position, part: evolveConversation(part, { event, position }) };
      }),
    );
    const cursor = raiseCursor(
      deps.feed.tail(),
      done.map(({ position }) => position),
    );
    return {
      ok: true,
      value: withParts(
        conversation,
        done.map(({ part }) => part),
      ),
      cursor,
    };
  };
}

/** A conversation as it is shown once some of what is shown as it was read. */
function withParts(conversation: WholeConversation, read: readonly ConversationState[]): WholeConversation {
  const [own, ...absorbed] = partsOf(conversation);
  const asRead = (part: ConversationState) => read.find(({ id }) => id === part.id) ?? part;
  const { lastMessageId } = conversation;
  return combineConversations(asRead(own), absorbed.map(asRead), lastMessageId === null ? [] : [lastMessageId]);
}

/** A mark of one of those that are shown as the conversation: each has its own. */
interface PartMark {
  readonly part: ConversationState;
  readonly mark: Mark;
}

/** None of those that have no message to have been read. */
async function findMarks(
  deps: CommandDeps,
  freshly: FreshLookup,
  { workspaceId }: Caller,
  conversation: WholeConversation,
  upTo: string | undefined,
): Promise<Decision<readonly PartMark[], UserError>> {
  const parts = partsOf(conversation);
  if (upTo === undefined)
    return accepted(parts.flatMap((part) => markOf(part, part.lastMessageId, part.incomingCount)));
  const field = ['upToMessageId'];
  const id = messageIds.parse(upTo);
  if (id === undefined) return refused({ code: 'INPUT_INVALID', message: 'Not the id of a message.', field });
  const message = await freshly(async () => addedOf((await deps.finders.messages(workspaceId, [id]))[0]));
  if (!parts.some((part) => part.id === message?.conversationId))
    return refused({ code: 'MESSAGE_NOT_FOUND', message: 'No such message in this conversation.', field });
  const counted = await Promise.all(
    parts.map(async (part) => {
      if (part.id === message?.conversationId)
        return markOf(part, id, await countIncoming(deps.database.orm, part, id));
      const { last, incoming } = await countBefore(deps.database.orm, part, id);
      return markOf(part, last, incoming);
    }),
  );
  return accepted(counted.flat());
}

const markOf = (part: ConversationState, upToMessageId: MessageId | null, incomingCount: number): PartMark[] =>
  upToMessageId === null ? [] : [{ part, mark: { upToMessageId, incomingCount } }];

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

/** Up to a message of another part: by when both were recorded, then by position, as they are shown. */
async function countBefore(executor: Executor, { workspaceId, id }: ConversationState, upTo: MessageId) {
  const found = await executor.execute<{ last: string | null; incoming: number }>(sql`
    select (array_agg(m.id order by m.added_offset desc))[1] as last,
      count(*) filter (where m.direction = 'INCOMING')::integer as incoming
    from read.timeline mark
    join read.messages m on m.workspace_id = mark.workspace_id and m.conversation_id = ${conversationIds.toUuid(id)}
    join read.timeline t on t.workspace_id = m.workspace_id and t.message_id = m.id and t.is_added
      and (t.recorded_at, t.partition, t."offset") <= (mark.recorded_at, mark.partition, mark."offset")
    where mark.workspace_id = ${workspaceIds.toUuid(workspaceId)} and mark.message_id = ${messageIds.toUuid(upTo)}
      and mark.is_added`);
  const [row] = found.rows;
  const last = row?.last ?? null;
  return { last: last === null ? null : messageIds.fromUuid(last), incoming: row?.incoming ?? 0 };
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
