import { and, eq, sql } from 'drizzle-orm';
import type { Orm } from '../../database/database.js';
import { channels } from '../../schema/tables/config.js';
import type { ChannelPlatform, ProviderKind } from '../channel/events.js';
import { channelIds, workspaceIds, type ChannelId, type WorkspaceId } from '../kernel/ids.js';
import { given, inOrderOf, isOfGivenWorkspace, isOneOfGiven, uuidsOf } from './by-id.js';
import type { ChannelView, Finders } from './finders.js';
import { waitingParts } from './queue-depths.js';
import { byTime, keysetPage, timePlace } from './keyset.js';

/** Never the settings: what isn't selected can't leak. */
const channelColumns = {
  id: channels.id,
  workspaceId: channels.workspaceId,
  name: channels.name,
  provider: channels.provider,
  platform: channels.platform,
  isEnabled: channels.isEnabled,
  degradeUnsupported: channels.degradeUnsupported,
  createdAt: channels.createdAt,
};
type ChannelRow = Pick<typeof channels.$inferSelect, keyof typeof channelColumns>;

export function createChannelFinders(orm: Orm): Pick<Finders, 'channels' | 'channelPage' | 'queueDepths'> {
  const byId = orm
    .select(channelColumns)
    .from(channels)
    .where(and(isOfGivenWorkspace(channels.workspaceId), isOneOfGiven(channels.id)))
    .prepare('channels_by_id');
  return {
    queueDepths: (workspace, ids) => findQueueDepths(orm, workspace, ids),
    async channels(workspace, ids) {
      const rows = await byId.execute(given(workspace, channelIds, ids));
      return inOrderOf(ids, rows.map(viewOf), (channel) => channel.id);
    },
    channelPage: (workspace, filter, page) =>
      keysetPage({
        scope: `channels/${workspace}`,
        order: byTime(channels.createdAt, channels.id, 'ascending'),
        page,
        select: ({ range, orderBy, rowCount }) =>
          orm
            .select(channelColumns)
            .from(channels)
            .where(
              and(
                eq(channels.workspaceId, workspaceIds.toUuid(workspace)),
                filter.provider && eq(channels.provider, filter.provider),
                filter.platform && eq(channels.platform, filter.platform),
                filter.isEnabled === undefined ? undefined : eq(channels.isEnabled, filter.isEnabled),
                range,
              ),
            )
            .orderBy(...orderBy)
            .limit(rowCount),
        placeOf: (row) => timePlace(row.createdAt, row.id),
        toItem: viewOf,
      }),
  };
}

/** Far above what a channel may hold: the count of a queue that somebody filled past its bound has an end. */
export const QUEUE_DEPTH_COUNTED_MAX = 1_000_000;

async function findQueueDepths(
  orm: Orm,
  workspace: WorkspaceId,
  ids: readonly ChannelId[],
): Promise<(number | undefined)[]> {
  const found = await orm.execute<{ id: string; waiting: number }>(sql`
    select c.id, ${waitingParts} as waiting
    from (select id, ${QUEUE_DEPTH_COUNTED_MAX}::int as at_most from config.channels
      where workspace_id = ${workspaceIds.toUuid(workspace)} and id = any(${sql.param(uuidsOf(channelIds, ids))}::uuid[])) c`);
  const depths = found.rows.map((row) => ({ id: channelIds.fromUuid(row.id), waiting: row.waiting }));
  return inOrderOf(ids, depths, ({ id }) => id).map((channel) => channel?.waiting);
}

function viewOf(row: ChannelRow): ChannelView {
  return {
    ...row,
    id: channelIds.fromUuid(row.id),
    workspaceId: workspaceIds.fromUuid(row.workspaceId),
    provider: row.provider as ProviderKind,
    platform: row.platform as ChannelPlatform,
    createdAt: row.createdAt.toISOString(),
  };
}
