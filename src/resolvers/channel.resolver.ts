import { Arg, Args, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import { channelIds } from '../events/kernel/ids.js';
import { Channel, ChannelCapabilities } from '../schema/graphql/channel.type.js';
import { CreateChannelInput } from '../schema/graphql/commands.input.js';
import type { Connection } from '../schema/graphql/connection.type.js';
import { ChannelConnection } from '../schema/graphql/connections.js';
import { ChannelFilter } from '../schema/graphql/filters.input.js';
import { PageArgs } from '../schema/graphql/page.args.js';
import { CreateChannelPayload } from '../schema/graphql/payloads.type.js';
import { requireId, toPageRequest } from './arguments.js';
import { capabilitiesFor } from './channel-capabilities.js';
import { toCapabilities, toChannel } from './channel.view.js';
import type { RequestContext } from './context.js';
import { instance } from './instance.js';
import { toConnection } from './page.view.js';
import { toUserErrors } from './user-error.view.js';

@Resolver(() => Channel)
export class ChannelResolver {
  @Query(() => Channel, { nullable: true, description: 'One channel. Null when there is none.' })
  async channel(
    @Arg('id', () => ID, { description: "The channel's id." }) id: string,
    @Ctx() { loaders, publicUrl }: RequestContext,
  ): Promise<Channel | null> {
    const view = await loaders.channels.load(requireId(channelIds, id));
    return view === undefined ? null : toChannel(view, publicUrl());
  }

  @Query(() => ChannelConnection, { description: 'The connected channels, oldest first.' })
  channels(
    @Args(() => PageArgs) args: PageArgs,
    @Arg('filter', () => ChannelFilter, { nullable: true, description: 'Which channels.' })
    filter: ChannelFilter | null,
    @Ctx() { finders, caller, publicUrl }: RequestContext,
  ): Promise<Connection<Channel>> {
    const conditions = {
      provider: filter?.provider ?? undefined,
      platform: filter?.platform ?? undefined,
      isEnabled: filter?.isEnabled ?? undefined,
    };
    return toConnection(
      toPageRequest(args),
      (request) => finders.channelPage(caller.workspaceId, conditions, request),
      (view) => toChannel(view, publicUrl()),
    );
  }

  @FieldResolver(() => Int, {
    nullable: true,
    description: 'How many messages still wait to be sent, counted in provider calls; 1,000,000: that many or more.',
  })
  async queueDepth(@Root() channel: Channel, @Ctx() { loaders }: RequestContext): Promise<number | null> {
    return (await loaders.queueDepths.load(requireId(channelIds, channel.id))) ?? null;
  }

  @FieldResolver(() => ChannelCapabilities, {
    nullable: true,
    description: 'What it carries. Null where this build has no such provider.',
  })
  async capabilities(@Root() channel: Channel, @Ctx() context: RequestContext): Promise<ChannelCapabilities | null> {
    const adapter = context.providers.get(channel.provider);
    const capabilities = await capabilitiesFor(channel, context);
    return adapter === undefined || capabilities === undefined ? null : toCapabilities(adapter, capabilities);
  }

  @Mutation(() => CreateChannelPayload, { description: 'Connects a channel. The provider itself is asked nothing.' })
  async createChannel(
    @Arg('input', () => CreateChannelInput, { description: 'The channel.' }) input: CreateChannelInput,
    @Ctx() { commands, caller, startedAt, publicUrl }: RequestContext,
  ): Promise<CreateChannelPayload> {
    const { name, provider, platform, settings, degradeUnsupported } = input;
    const asked = { name, provider, platform, settings, degradeUnsupported: degradeUnsupported ?? undefined };
    const result = await commands.createChannel(caller, asked, startedAt);
    return result.ok
      ? instance(CreateChannelPayload, { channel: toChannel(result.value, publicUrl()), userErrors: [] })
      : instance(CreateChannelPayload, { channel: null, userErrors: toUserErrors(result.userErrors) });
  }
}
