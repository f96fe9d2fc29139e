import type { Caller } from '../../access/caller.js';
import { decideChange, refuseOwnId, type Tending } from '../conversation/decide.js';
import { evolveConversation } from '../conversation/evolve.js';
import type { ConversationState } from '../conversation/state.js';
import type { TendingEvent } from '../conversation/tend.js';
import { canonicalJson } from '../kernel/canonical-json.js';
import { traced } from '../kernel/trace-context.js';
import { raiseCursor } from './answer-cursor.js';
import type { CommandDeps } from './command-deps.js';
import type { ChangeConversation, CommandResult } from './commands.js';
import { findConversation } from './find-conversation.js';
import type { Settle } from './fresh-lookup.js';

/**
 * Does something about a conversation by one event. It is decided by all that was answered before, so that to close what
 * was opened a moment ago closes it; where it is so already, nothing is appended.
 */
export function createChangeConversation(deps: CommandDeps, settle: Settle) {
  return async (
    caller: Caller,
    { conversationId, change, actorId }: ChangeConversation,
    givenUp: AbortSignal,
  ): Promise<CommandResult<ConversationState>> => {
    const refusals = refuseOwnId('actorId', actorId);
    if (refusals.length > 0) return { ok: false, userErrors: refusals };
    const found = await findConversation(deps, caller, conversationId, async (id, find) => {
      await settle(id);
      const shown = await find();
      if (shown === undefined || shown.id === id) return shown;
      await settle(shown.id);
      return find();
    });
    if (!found.ok) return { ok: false, userErrors: found.refusals };
    const conversation = found.value;
    const decided = decideChange(change, conversation, deps.clock.now());
    if (!decided.ok) return { ok: false, userErrors: decided.refusals };
    if (decided.value === undefined) return { ok: true, value: conversation, cursor: deps.feed.tail() };
    givenUp.throwIfAborted();
    const event = eventOf(deps, conversation, decided.value, actorId);
    const position = await deps.outbox.append(event);
    const value = evolveConversation(conversation, { event, position });
    return { ok: true, value, cursor: raiseCursor(deps.feed.tail(), [position]) };
  };
}

/** Its id follows from what is said and of which state: whoever says the same of the same state says the same event. */
function eventOf(
  { identity, clock, trace }: CommandDeps,
  { id, workspaceId, channelId, contactId, eventCount }: ConversationState,
  { type, data }: Tending,
  actorId: string | undefined,
): TendingEvent {
  const at = clock.now().toISOString();
  const said = { ...data, ...(actorId === undefined ? {} : { actorId }) };
  const made = {
    id: identity.ofCommand(id, `${eventCount} ${canonicalJson(said)}`, type),
    ...{ type, version: 1, workspaceId, channelId, conversationId: id },
    ...(contactId === null ? {} : { contactId }),
    ...{ occurredAt: at, recordedAt: at },
    ...traced(trace?.()),
    data: said,
  };
  // The type decides what the data is, which the compiler loses where both are put together.
  return made as TendingEvent;
}
