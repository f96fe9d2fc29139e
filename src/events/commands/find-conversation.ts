import type { Caller } from '../../access/caller.js';
import type { WholeConversation } from '../conversation/combine.js';
import { accepted, refused, type Decision } from '../kernel/decision.js';
import { conversationIds, type ConversationId } from '../kernel/ids.js';
import type { Finders } from '../queries/finders.js';
import type { UserError } from './commands.js';

const FIELD = ['conversationId'];

/** The caller's conversation of that name, as it is shown, by an id as it was given. An unknown and a foreign one are the same refusal. */
export async function findConversation(
  { finders }: { readonly finders: Pick<Finders, 'conversations'> },
  { workspaceId }: Caller,
  text: string,
  /** How to look for it: once more after a while, for example. */
  look: (
    id: ConversationId,
    find: () => Promise<WholeConversation | undefined>,
  ) => Promise<WholeConversation | undefined>,
): Promise<Decision<WholeConversation, UserError>> {
  const id = conversationIds.parse(text);
  if (id === undefined)
    return refused({ code: 'INPUT_INVALID', message: 'Not the id of a conversation.', field: FIELD });
  const found = await look(id, async () => (await finders.conversations(workspaceId, [id]))[0]);
  if (found !== undefined) return accepted(found);
  return refused({ code: 'CONVERSATION_NOT_FOUND', message: 'No such conversation.', field: FIELD });
}
