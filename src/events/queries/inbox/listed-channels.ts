import { sql } from 'drizzle-orm';
import type { Executor } from '../../../database/database.js';
import { AppError } from '../../../errors.js';
import type { ProviderKind } from '../../channel/events.js';
import { channelIds, workspaceIds, type WorkspaceId } from '../../kernel/ids.js';
import { uuidsOf } from '../by-id.js';
import type { ConversationFilter } from '../finders.js';

/** A channel whose conversations come into question. */
export interface ListedChannel {
  /** A UUID. */
  readonly id: string;
  /** Of its service window; 0 where that isn't asked for. */
  readonly hours: number;
}

/** Each may be an index of its own to read. */
const CHANNELS_MAX = 1_000;

/**
 * What a conversation doesn't say of itself: its platform, and for how long its window is open. Undefined: neither is
 * asked for.
 * @throws AppError QUERY_TOO_COMPLEX
 */
export async function findListedChannels(
  executor: Executor,
  workspace: WorkspaceId,
  { channelIds: ids, platform, window }: ConversationFilter,
): Promise<readonly ListedChannel[] | undefined> {
  if (platform === undefined && window === undefined) return undefined;
  const found = await executor.execute<{ id: string; provider: string }>(sql`
    select id, provider from config.channels
    where workspace_id = ${workspaceIds.toUuid(workspace)}::uuid
      ${platform === undefined ? sql`` : sql`and platform = ${platform}`}
      ${window === undefined ? sql`` : sql`and provider = any(${sql.param([...window.hours.keys()])}::text[])`}
      ${ids === undefined ? sql`` : sql`and id = any(${sql.param(uuidsOf(channelIds, ids))}::uuid[])`}
    order by id limit ${CHANNELS_MAX + 1}`);
  if (found.rows.length > CHANNELS_MAX)
    throw new AppError(
      'QUERY_TOO_COMPLEX',
      `These are more than ${CHANNELS_MAX} channels. Name some in \`channelIds\`.`,
    );
  return found.rows.map(({ id, provider }) => ({ id, hours: window?.hours.get(provider as ProviderKind) ?? 0 }));
}
