import { asc, eq, getTableColumns, inArray } from 'drizzle-orm';
import type { Logger } from 'pino';
import type { Database } from '../database/database.js';
import { createMicroBatch } from '../database/micro-batch.js';
import { channelIds, workspaceIds, type ChannelId } from '../events/kernel/ids.js';
import type { ChannelPlatform, ProviderKind } from '../events/channel/events.js';
import { pause, type Running } from '../lifecycle.js';
import { channels, workspaces } from '../schema/tables/index.js';
import type { SecretBox } from '../secrets/secret-box.js';
import type { Channel, ChannelDirectory } from './channel.js';

const RELOAD_EVERY_MS = 30_000;
/** Until everything was loaded once: webhooks of a channel that isn't in memory need Postgres. */
const RETRY_EVERY_MS = 1_000;
const REFRESH_BATCH_MAX = 500;
const REFRESH_WAITING_MAX = 5_000;

export interface ChannelDirectoryDeps {
  readonly database: Database;
  readonly box: SecretBox;
  readonly logger: Logger;
}

/**
 * Loads all channels; with Postgres away it starts empty and goes on trying, and whoever misses one asks Postgres.
 * A channel whose settings can't be opened is left out and told.
 */
export async function createChannelDirectory(deps: ChannelDirectoryDeps): Promise<ChannelDirectory & Running> {
  const { database, logger } = deps;
  const byId = new Map<ChannelId, Channel>();
  const keeper = keepLoaded(deps, byId);
  // One statement in flight for all that miss: forged webhooks by the thousand make no thousand queries.
  const refreshOne = createMicroBatch({
    sizeMax: REFRESH_BATCH_MAX,
    waitingMax: REFRESH_WAITING_MAX,
    run: (ids: readonly ChannelId[]) => refreshAll(deps, byId, ids),
  });
  const refresh = async (id: ChannelId) => (await refreshOne(id))();
  const stopWakes = database.onWake('parley_channels', (payload) => {
    const id = channelIds.parse(payload);
    if (id === undefined) keeper.reload();
    else refresh(id).catch((error: unknown) => logger.warn({ err: error, channelId: id }, 'a channel was not renewed'));
  });
  await keeper.firstTry;
  return {
    get: (id) => byId.get(id),
    find: async (id) => byId.get(id) ?? refresh(id),
    refresh,
    all: () => [...byId.values()],
    async stop() {
      stopWakes();
      await keeper.stop();
    },
  };
}

/** Everything again every 30 s, or at once when asked to: what a lost NOTIFY would have said. */
function keepLoaded(deps: ChannelDirectoryDeps, byId: Map<ChannelId, Channel>) {
  let isStopping = false;
  /** Ends the wait for the next load. */
  let early = new AbortController();
  const load = async () => {
    try {
      await loadAll(deps, byId);
      return RELOAD_EVERY_MS;
    } catch (error) {
      deps.logger.warn({ err: error }, 'the channels could not be loaded');
      return RETRY_EVERY_MS;
    }
  };
  const firstTry = load();
  const hasStopped = () => isStopping;
  const keep = async () => {
    let waitMs = await firstTry;
    while (!hasStopped()) {
      await pause(waitMs, early.signal);
      early = new AbortController();
      if (!hasStopped()) waitMs = await load();
    }
  };
  const kept = keep();
  return {
    firstTry,
    reload: () => early.abort(),
    async stop() {
      isStopping = true;
      early.abort();
      await kept;
    },
  };
}

type ChannelRow = typeof channels.$inferSelect & { readonly suspendedAt: Date | null };

const selectChannels = ({ orm }: Database) =>
  orm
    .select({ ...getTableColumns(channels), suspendedAt: workspaces.suspendedAt })
    .from(channels)
    .innerJoin(workspaces, eq(workspaces.id, channels.workspaceId));

/** What was renewed while this read was under way is newer, and stays. */
async function loadAll({ database, box, logger }: ChannelDirectoryDeps, byId: Map<ChannelId, Channel>): Promise<void> {
  const before = new Map(byId);
  const isUntouched = (id: ChannelId) => byId.get(id) === before.get(id);
  const rows = await selectChannels(database).orderBy(asc(channels.createdAt), asc(channels.id));
  const seen = new Set(rows.map(({ id }) => channelIds.fromUuid(id)));
  for (const id of before.keys()) if (!seen.has(id) && isUntouched(id)) byId.delete(id);
  for (const row of rows) {
    const id = channelIds.fromUuid(row.id);
    if (!isUntouched(id)) continue;
    try {
      byId.set(id, channelOf(row, box));
    } catch (error) {
      logger.error({ err: error, channelId: id }, 'the settings of a channel can not be opened');
    }
  }
}

/** Each answers for itself: settings that can't be opened are the fault of one channel, not of all that were asked for. */
async function refreshAll(
  { database, box }: ChannelDirectoryDeps,
  byId: Map<ChannelId, Channel>,
  ids: readonly ChannelId[],
): Promise<readonly (() => Channel | undefined)[]> {
  const uuids = [...new Set(ids.map((id) => channelIds.toUuid(id)))].sort();
  const rows = await selectChannels(database).where(inArray(channels.id, uuids));
  const found = new Map(rows.map((row) => [channelIds.fromUuid(row.id), row]));
  return ids.map((id) => () => {
    const row = found.get(id);
    if (row === undefined) {
      byId.delete(id);
      return undefined;
    }
    const channel = channelOf(row, box);
    byId.set(id, channel);
    return channel;
  });
}

function channelOf(row: ChannelRow, box: SecretBox): Channel {
  return {
    id: channelIds.fromUuid(row.id),
    workspaceId: workspaceIds.fromUuid(row.workspaceId),
    name: row.name,
    provider: row.provider as ProviderKind,
    platform: row.platform as ChannelPlatform,
    ...{ isEnabled: row.isEnabled, disabledAt: row.disabledAt },
    isSuspended: row.suspendedAt !== null,
    degradeUnsupported: row.degradeUnsupported,
    settings: JSON.parse(box.open(row.settingsSealed).toString('utf8')) as unknown,
    createdAt: row.createdAt,
  };
}
