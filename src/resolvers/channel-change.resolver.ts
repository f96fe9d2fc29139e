import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import type { AskedAccount, ChangeChannel, CommandResult } from '../events/commands/commands.js';
import { ChannelInput, UpdateChannelInput } from '../schema/graphql/channel-change.input.js';
import { AskChannelPayload, ChangeChannelPayload } from '../schema/graphql/payloads.type.js';
import { toChannel } from './channel.view.js';
import type { RequestContext } from './context.js';
import { toFailure } from './failure.view.js';
import { instance } from './instance.js';
import { toUserErrors } from './user-error.view.js';

@Resolver()
export class ChannelChangeResolver {
  @Mutation(() => ChangeChannelPayload, {
    description: 'Changes the name or settings of a channel. The provider itself is asked nothing.',
  })
  updateChannel(
    @Arg('input', () => UpdateChannelInput, { description: 'What changes.' }) input: UpdateChannelInput,
    @Ctx() context: RequestContext,
  ): Promise<ChangeChannelPayload> {
    const { channelId, name, settings, degradeUnsupported } = input;
    return change(context, {
      ...{ channelId, name: name ?? undefined, settings: settings ?? undefined },
      degradeUnsupported: degradeUnsupported ?? undefined,
    });
  }

  @Mutation(() => ChangeChannelPayload, { description: 'Lets a channel send again: what waits goes on.' })
  enableChannel(
    @Arg('input', () => ChannelInput, { description: 'Which.' }) { channelId }: ChannelInput,
    @Ctx() context: RequestContext,
  ): Promise<ChangeChannelPayload> {
    return change(context, { channelId, isEnabled: true });
  }

  @Mutation(() => ChangeChannelPayload, {
    description: 'Stops a channel: it refuses sends, and what waits rests. Its webhooks are still taken.',
  })
  disableChannel(
    @Arg('input', () => ChannelInput, { description: 'Which.' }) { channelId }: ChannelInput,
    @Ctx() context: RequestContext,
  ): Promise<ChangeChannelPayload> {
    return change(context, { channelId, isEnabled: false });
  }

  @Mutation(() => AskChannelPayload, {
    description: "Asks the provider, by a call that changes nothing, whether it accepts a channel's credentials.",
  })
  async verifyChannel(
    @Arg('input', () => ChannelInput, { description: 'Which.' }) input: ChannelInput,
    @Ctx() context: RequestContext,
  ): Promise<AskChannelPayload> {
    const { commands, caller, startedAt } = context;
    return toAskPayload(context, await commands.verifyChannel(caller, input, startedAt));
  }

  @Mutation(() => AskChannelPayload, {
    description: "Tells the provider to post to the channel's `webhookUrl`, where it can be told by a call.",
  })
  async registerChannelWebhook(
    @Arg('input', () => ChannelInput, { description: 'Which.' }) { channelId }: ChannelInput,
    @Ctx() context: RequestContext,
  ): Promise<AskChannelPayload> {
    const { commands, caller, startedAt, publicUrl } = context;
    const input = { channelId, publicUrl: publicUrl() };
    return toAskPayload(context, await commands.registerChannelWebhook(caller, input, startedAt));
  }
}

async function change(
  { commands, caller, startedAt, publicUrl }: RequestContext,
  input: ChangeChannel,
): Promise<ChangeChannelPayload> {
  const result = await commands.changeChannel(caller, input, startedAt);
  return result.ok
    ? instance(ChangeChannelPayload, { channel: toChannel(result.value, publicUrl()), userErrors: [] })
    : instance(ChangeChannelPayload, { channel: null, userErrors: toUserErrors(result.userErrors) });
}

async function toAskPayload(
  { finders, caller, publicUrl }: RequestContext,
  result: CommandResult<AskedAccount>,
): Promise<AskChannelPayload> {
  if (!result.ok)
    return instance(AskChannelPayload, {
      ...{ channel: null, isConfirmed: false, account: null, failure: null },
      userErrors: toUserErrors(result.userErrors),
    });
  const { channelId, isConfirmed, account, failure } = result.value;
  const [channel] = await finders.channels(caller.workspaceId, [channelId]);
  return instance(AskChannelPayload, {
    channel: channel === undefined ? null : toChannel(channel, publicUrl()),
    ...{ isConfirmed, account, failure: toFailure(failure), userErrors: [] },
  });
}
