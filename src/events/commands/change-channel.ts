import { and, eq, sql } from 'drizzle-orm';
import { recordAudit } from '../../access/audit.js';
import type { Caller } from '../../access/caller.js';
import type { Transaction } from '../../database/database.js';
import type { Channel } from '../../providers/channel.js';
import type { ProviderAdapter } from '../../providers/provider.js';
import { channels } from '../../schema/tables/index.js';
import type { AuditAction, ProviderKind } from '../channel/events.js';
import { accepted, refused, type Decision } from '../kernel/decision.js';
import { channelIds, workspaceIds, type ChannelId } from '../kernel/ids.js';
import type { ChannelView } from '../queries/finders.js';
import { refuseName, refuseSettings, settingsRefusal, tellChannel } from './channel-form.js';
import type { CommandDeps } from './command-deps.js';
import type { ChangeChannel, CommandResult, UserError } from './commands.js';

/** What is written; undefined: it stays. */
type Change = Partial<Pick<ChannelRow, 'name' | 'isEnabled' | 'disabledAt' | 'degradeUnsupported' | 'settingsSealed'>>;
type ChannelRow = typeof channels.$inferSelect;

const NOT_FOUND: UserError = { code: 'CHANNEL_NOT_FOUND', message: 'No such channel.', field: ['channelId'] };

/** Changes a channel: the commit accepts it (rule 1), with its audit event. What changes nothing says nothing. */
export function createChangeChannel(deps: CommandDeps) {
  return async (caller: Caller, input: ChangeChannel): Promise<CommandResult<ChannelView>> => {
    const id = channelIds.parse(input.channelId);
    const refusals = [
      ...(input.name === undefined ? [] : refuseName(input.name)),
      ...(input.settings === undefined ? [] : refuseSettings(input.settings)),
    ];
    if (refusals.length > 0) return { ok: false, userErrors: refusals };
    if (id === undefined) return { ok: false, userErrors: [NOT_FOUND] };
    const changed = await deps.database.transaction((tx) => change(deps, tx, caller, id, input));
    if (!changed.ok) return { ok: false, userErrors: changed.refusals };
    await tellChannel(deps, id, changed.value.events);
    return { ok: true, value: changed.value.channel, cursor: deps.feed.tail() };
  };
}

async function change(deps: CommandDeps, tx: Transaction, caller: Caller, id: ChannelId, input: ChangeChannel) {
  const row = await lockChannel(tx, caller, id);
  if (row === undefined) return refused(NOT_FOUND);
  const decided = decide(deps, row, input);
  if (!decided.ok) return decided;
  const wanted = decided.value;
  const channel = viewOf(id, caller, { ...row, ...wanted });
  if (Object.keys(wanted).length === 0) return accepted({ channel, events: [] });
  await tx.update(channels).set(wanted).where(eq(channels.id, row.id));
  const audited = { action: actionOf(input), workspaceId: caller.workspaceId, subjectId: id, actorKeyId: caller.keyId };
  const event = await recordAudit(tx, audited, deps.clock.now());
  await tx.execute(sql`select pg_notify('parley_channels', ${id})`);
  return accepted({ channel, events: [event] });
}

/** Two changes at once come one after the other: settings are read, changed and written whole. */
async function lockChannel(tx: Transaction, caller: Caller, id: ChannelId): Promise<ChannelRow | undefined> {
  const [row] = await tx
    .select()
    .from(channels)
    .where(
      and(eq(channels.id, channelIds.toUuid(id)), eq(channels.workspaceId, workspaceIds.toUuid(caller.workspaceId))),
    )
    .for('update');
  return row;
}

function decide(
  { providers, box, clock }: CommandDeps,
  row: ChannelRow,
  input: ChangeChannel,
): Decision<Change, UserError> {
  const { name, isEnabled, degradeUnsupported, settings } = input;
  const plain: Change = {
    ...(name === undefined || name === row.name ? {} : { name }),
    ...(isEnabled === undefined || isEnabled === row.isEnabled
      ? {}
      : { isEnabled, disabledAt: isEnabled ? null : clock.now() }),
    ...(degradeUnsupported === undefined || degradeUnsupported === row.degradeUnsupported
      ? {}
      : { degradeUnsupported }),
  };
  if (settings === undefined) return accepted(plain);
  const adapter = providers.get(row.provider as ProviderKind);
  if (adapter === undefined)
    return refused({ code: 'INPUT_INVALID', message: 'This build has no such provider.', field: ['channelId'] });
  const before = JSON.parse(box.open(row.settingsSealed).toString('utf8')) as unknown;
  const parsed = adapter.parseSettings(settings, before);
  if (!parsed.ok) return refused(...parsed.refusals.map(settingsRefusal));
  const isSame = JSON.stringify(parsed.value) === JSON.stringify(before);
  return accepted(isSame ? plain : { ...plain, settingsSealed: box.seal(Buffer.from(JSON.stringify(parsed.value))) });
}

function actionOf({ isEnabled }: ChangeChannel): AuditAction {
  if (isEnabled === undefined) return 'channel.update';
  return isEnabled ? 'channel.enable' : 'channel.disable';
}

function viewOf(id: ChannelId, { workspaceId }: Caller, row: ChannelRow): ChannelView {
  const { name, isEnabled, degradeUnsupported, createdAt } = row;
  const { provider, platform } = row as Pick<ChannelView, 'provider' | 'platform'>;
  return {
    id,
    workspaceId,
    name,
    provider,
    platform,
    isEnabled,
    degradeUnsupported,
    createdAt: createdAt.toISOString(),
  };
}

export interface FoundChannel {
  readonly channel: Channel;
  readonly adapter: ProviderAdapter;
}

/** A channel of the caller as Postgres has it now, and what speaks for it. */
export async function findOwnChannel(
  { directory, providers }: Pick<CommandDeps, 'directory' | 'providers'>,
  caller: Caller,
  channelId: string,
): Promise<Decision<FoundChannel, UserError>> {
  const id = channelIds.parse(channelId);
  const channel = id && (await directory.refresh(id));
  if (channel === undefined || channel.workspaceId !== caller.workspaceId) return refused(NOT_FOUND);
  const adapter = providers.get(channel.provider);
  return adapter === undefined
    ? refused({ code: 'INPUT_INVALID', message: 'This build has no such provider.', field: ['channelId'] })
    : accepted({ channel, adapter });
}
