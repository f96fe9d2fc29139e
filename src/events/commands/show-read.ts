import { sql } from 'drizzle-orm';
import type { Database } from '../../database/database.js';
import type { ConversationState } from '../conversation/state.js';
import { conversationIds, messageIds, workspaceIds } from '../kernel/ids.js';
import { createProviderSignals, type ProviderSignalDeps } from './provider-signals.js';

export interface ShowReadDeps extends ProviderSignalDeps {
  readonly database: Database;
}

const CALL_MS = 5_000;
/** The next mark says what this one would have said, and more. */
const CALLS_MAX = 64;

/** Shows the contact what was read of theirs, up to a message, where the provider can. */
export function createShowRead(deps: ShowReadDeps) {
  const signal = createProviderSignals(deps, { callsMax: CALLS_MAX, callMs: CALL_MS, what: 'what was read' });
  return (conversation: ConversationState, upToMessageId: string): void => {
    signal(conversation, async (adapter, target) => {
      const { carriesReadMark = false } = adapter.capabilitiesOf(target.platform, target.settings);
      if (adapter.markRead === undefined || !carriesReadMark) return;
      const providerMessageId = await findLastIncoming(deps.database, conversation, upToMessageId);
      if (providerMessageId !== undefined) await adapter.markRead({ ...target, providerMessageId });
    });
  };
}

/** The contact's last message that lies at the mark or before it, by the provider's id. */
async function findLastIncoming(
  { orm }: Database,
  { workspaceId, id }: ConversationState,
  upTo: string,
): Promise<string | undefined> {
  const mark = messageIds.parse(upTo);
  if (mark === undefined) return undefined;
  const found = await orm.execute<{ provider_message_id: string | null }>(sql`
    select provider_message_ids[1] as provider_message_id from read.messages
    where workspace_id = ${workspaceIds.toUuid(workspaceId)} and conversation_id = ${conversationIds.toUuid(id)}
      and direction = 'INCOMING' and added_offset <= (
        select added_offset from read.messages
        where id = ${messageIds.toUuid(mark)} and conversation_id = ${conversationIds.toUuid(id)})
    order by added_offset desc limit 1`);
  return found.rows[0]?.provider_message_id ?? undefined;
}
