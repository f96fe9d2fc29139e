import type { Caller } from '../../access/caller.js';
import { refuseOwnId } from '../conversation/decide.js';
import { TYPING_COUNTS_MS } from '../typing/typing-signals.js';
import type { CommandDeps } from './command-deps.js';
import type { CommandResult, SetTyping } from './commands.js';
import { findConversation } from './find-conversation.js';
import type { FreshLookup } from './fresh-lookup.js';
import { createShowTyping } from './show-typing.js';

/** Tells whoever watches the conversation now, and the contact. It is no event: nothing of it is recorded. */
export function createSetTyping(deps: CommandDeps, freshly: FreshLookup) {
  const showTyping = createShowTyping(deps);
  return async (
    caller: Caller,
    { conversationId, authorId, isTyping }: SetTyping,
    givenUp: AbortSignal,
  ): Promise<CommandResult<null>> => {
    const refusals = refuseOwnId('authorId', authorId);
    if (refusals.length > 0) return { ok: false, userErrors: refusals };
    const found = await findConversation(deps, caller, conversationId, (_id, find) => freshly(find));
    if (!found.ok) return { ok: false, userErrors: found.refusals };
    givenUp.throwIfAborted();
    const now = deps.clock.now().getTime();
    await deps.typing.tell({
      // Another for each, whatever it says.
      id: deps.newMessageId(),
      ...{ workspaceId: caller.workspaceId, conversationId: found.value.id, isTyping },
      ...{ author: 'AGENT', authorId: authorId ?? null },
      expiresAt: new Date(isTyping ? now + TYPING_COUNTS_MS : now).toISOString(),
    });
    if (isTyping) showTyping(found.value);
    return { ok: true, value: null, cursor: deps.feed.tail() };
  };
}
