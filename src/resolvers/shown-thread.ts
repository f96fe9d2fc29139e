import { partsOf } from '../events/conversation/combine.js';
import type { ConversationId } from '../events/kernel/ids.js';
import type { RequestContext } from './context.js';

/** The ids of all that is shown as one conversation, as things are now; the one itself where that isn't there yet. */
export async function findThreadIds(
  id: ConversationId,
  { finders, caller }: Pick<RequestContext, 'finders' | 'caller'>,
): Promise<readonly ConversationId[]> {
  const [conversation] = await finders.conversations(caller.workspaceId, [id]);
  return conversation === undefined ? [id] : partsOf(conversation).map((part) => part.id);
}
