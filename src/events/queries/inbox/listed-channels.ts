import { sql, type SQL } from 'drizzle-orm';
import type { Executor } from '../../../database/database.js';
import { AppError } from '../../../errors.js';
import { channelIds, workspaceIds, type WorkspaceId } from '../../kernel/ids.js';
import { uuids, uuidsOf } from '../by-id.js';
import type { ConversationFilter, WindowFilter } from '../finders.js';

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
  const found = await executor.execute<{ id: string; hours: number }>(sql`
    select id, ${window === undefined ? sql`0 as hours from config.channels` : sql`hours from ${withHours(window)}`}
    where workspace_id = ${workspaceIds.toUuid(workspace)}::uuid
      ${platform === undefined ? sql`` : sql`and platform = ${platform}`}
      ${ids === undefined ? sql`` : sql`and id = any(${uuids(uuidsOf(channelIds, ids))})`}
    order by id limit ${CHANNELS_MAX + 1}`);
  if (found.rows.length > CHANNELS_MAX)
    throw new AppError(
      'QUERY_TOO_COMPLEX',
      `These are more than ${CHANNELS_MAX} channels. Name some in \`channelIds\`.`,
    );
  return found.rows;
}

/** The channels whose window closes, with how long it is open. */
const withHours = ({ hours }: WindowFilter): SQL => sql`config.channels join unnest(
  ${sql.param(hours.map(({ provider }) => provider))}::text[],
  ${sql.param(hours.map(({ platform }) => platform))}::text[],
  ${sql.param(hours.map((one) => one.hours))}::int[]) as closing(provider, platform, hours) using (provider, platform)`;
