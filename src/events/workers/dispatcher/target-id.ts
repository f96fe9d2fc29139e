import { sql } from 'drizzle-orm';
import type { Logger } from 'pino';
import type { Database, Executor } from '../../../database/database.js';
import { messageIds, workspaceIds, type MessageId, type WorkspaceId } from '../../kernel/ids.js';
import type { ClaimedDispatch } from './claim.js';
import type { DispatchPayload } from './dispatch.js';
import type { HasReadLog } from './read-model-lag.js';
import { retryPassing, WITHIN_LEASE_MS } from './retry.js';

/**
 * The provider's id of the message that a claim answers or reacts to. `id` undefined: it names none, or the provider never
 * told one. That it could still be told doesn't happen: the target stands in an earlier place of the same lane. `unread`:
 * it may be one that came in, and the read models are behind the log; the claim is given back.
 */
export type FindTargetId = (claim: ClaimedDispatch) => Promise<{ readonly id: string | undefined } | 'unread'>;

export interface FindTargetIdDeps {
  readonly database: Database;
  readonly hasReadLog: HasReadLog;
  readonly logger: Logger;
  readonly stopping: AbortSignal;
}

/** Asked before the call is announced: what Postgres can't tell just now must not be sent without. */
export function createFindTargetId({ database, hasReadLog, logger, stopping }: FindTargetIdDeps): FindTargetId {
  const retrying = {
    forMs: WITHIN_LEASE_MS,
    signal: stopping,
    logger,
    what: 'looking for the message that is answered',
  };
  return async (claim) => {
    const targetId = claim.payload && targetOf(claim.payload);
    if (targetId === undefined) return { id: undefined };
    const find = () => retryPassing(() => findProviderMessageId(database.orm, claim.workspaceId, targetId), retrying);
    const id = await find();
    if (id !== undefined) return { id };
    return (await hasReadLog(claim.conversationId)) ? { id: await find() } : 'unread';
  };
}

/** The message that this one answers or reacts to. */
export function targetOf({
  content,
  replyToMessageId,
}: Pick<DispatchPayload, 'content' | 'replyToMessageId'>): MessageId | undefined {
  const named = content.kind === 'reaction' ? content.targetMessageId : replyToMessageId;
  return named === undefined ? undefined : messageIds.parse(named);
}

/** Of ours, the first part's in the latest attempt that has one; of what came in, the provider's own. */
export async function findProviderMessageId(
  executor: Executor,
  workspaceId: WorkspaceId,
  messageId: MessageId,
): Promise<string | undefined> {
  const uuid = messageIds.toUuid(messageId);
  const found = await executor.execute<{ id: string | null }>(sql`
    select coalesce(
      (select provider_message_id from work.provider_messages where message_id = ${uuid}
        order by attempt desc, part, created_at, provider_message_id limit 1),
      (select provider_message_ids[1] from read.messages
        where workspace_id = ${workspaceIds.toUuid(workspaceId)} and id = ${uuid} and direction = 'INCOMING')
    ) as id`);
  return found.rows[0]?.id ?? undefined;
}
