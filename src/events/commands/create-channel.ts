import { sql } from 'drizzle-orm';
import type { Caller } from '../../access/caller.js';
import type { Transaction } from '../../database/database.js';
import { channels } from '../../schema/tables/index.js';
import type { ParleyEvent } from '../catalog.js';
import type { Identity } from '../event-identity.js';
import { accepted, refused, type Decision } from '../kernel/decision.js';
import { channelIds, workspaceIds } from '../kernel/ids.js';
import type { ChannelView } from '../queries/finders.js';
import { refuseName, refuseSettings, settingsRefusal, tellChannel } from './channel-form.js';
import type { CommandDeps } from './command-deps.js';
import type { CommandResult, CreateChannel, UserError } from './commands.js';

/** Connects a channel: the commit accepts it (rule 1), and the events that say so lie in the outbox with it. */
export function createCreateChannel(deps: CommandDeps) {
  return async (caller: Caller, input: CreateChannel): Promise<CommandResult<ChannelView>> => {
    const settings = judge(deps, input);
    if (!settings.ok) return { ok: false, userErrors: settings.refusals };
    const channel = viewOf(deps, caller, input);
    const events = eventsOf(deps.identity, caller, channel);
    await deps.database.transaction(async (tx) => {
      await insertChannel(tx, channel, deps.box.seal(Buffer.from(JSON.stringify(settings.value))));
      await deps.outbox.enqueue(tx, events);
    });
    await tellChannel(deps, channel.id, events);
    return { ok: true, value: channel, cursor: deps.feed.tail() };
  };
}

function judge({ providers }: CommandDeps, input: CreateChannel): Decision<unknown, UserError> {
  const adapter = providers.get(input.provider);
  const refusals = [...refuseName(input.name), ...refuseSettings(input.settings)];
  if (adapter === undefined) refusals.push(invalid('provider', 'This provider can not be connected yet.'));
  else if (!adapter.platforms.includes(input.platform))
    refusals.push(invalid('platform', `This provider has channels of ${adapter.platforms.join(', ')}.`));
  if (adapter === undefined || refusals.length > 0) return refused(...refusals);
  const settings = adapter.parseSettings(withoutNulls(input.settings));
  if (settings.ok) return accepted(settings.value);
  return refused(...settings.refusals.map(settingsRefusal));
}

/** Null and absent mean the same in every input, and GraphQL can't tell an adapter so within a JSON object. */
const withoutNulls = (settings: CreateChannel['settings']): CreateChannel['settings'] =>
  Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== null));

const invalid = (field: string, message: string): UserError => ({ code: 'INPUT_INVALID', message, field: [field] });

function viewOf(deps: CommandDeps, caller: Caller, input: CreateChannel): ChannelView {
  const { name, provider, platform, degradeUnsupported = false } = input;
  return {
    ...{ id: deps.newChannelId(), workspaceId: caller.workspaceId, name, provider, platform },
    ...{ isEnabled: true, degradeUnsupported, createdAt: deps.clock.now().toISOString() },
  };
}

/** Tells every process's channel directory, when it is committed. */
async function insertChannel(tx: Transaction, channel: ChannelView, settingsSealed: Buffer): Promise<void> {
  await tx.insert(channels).values({
    ...channel,
    ...{ id: channelIds.toUuid(channel.id), workspaceId: workspaceIds.toUuid(channel.workspaceId) },
    ...{ settingsSealed, createdAt: new Date(channel.createdAt) },
  });
  await tx.execute(sql`select pg_notify('parley_channels', ${channel.id})`);
}

/** What happened to the channel, and who did it. */
function eventsOf(identity: Identity, caller: Caller, channel: ChannelView): readonly ParleyEvent[] {
  const { id: channelId, workspaceId, name, provider, platform, createdAt } = channel;
  const envelope = { version: 1, workspaceId, channelId, occurredAt: createdAt, recordedAt: createdAt };
  return [
    {
      id: identity.ofCommand(channelId, 'created', 'channel.created'),
      type: 'channel.created',
      ...envelope,
      data: { name, provider, platform },
    },
    {
      id: identity.ofCommand(channelId, 'channel.create', 'audit.recorded'),
      type: 'audit.recorded',
      ...envelope,
      data: { action: 'channel.create', actorKeyId: caller.keyId, subjectId: channelId },
    },
  ];
}
