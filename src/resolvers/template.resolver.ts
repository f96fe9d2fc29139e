import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { CommandResult } from '../events/commands/commands.js';
import { channelIds, templateIds } from '../events/kernel/ids.js';
import type { TemplateView } from '../events/queries/template-view.js';
import { Channel } from '../schema/graphql/channel.type.js';
import type { Connection } from '../schema/graphql/connection.type.js';
import { TemplateConnection } from '../schema/graphql/connections.js';
import { TemplateFilter } from '../schema/graphql/filters.input.js';
import { PageArgs } from '../schema/graphql/page.args.js';
import {
  CreateTemplateInput,
  DeleteTemplateInput,
  SyncTemplatesInput,
  UpdateTemplateInput,
} from '../schema/graphql/template.input.js';
import {
  DeleteTemplatePayload,
  SkippedTemplate,
  SyncTemplatesPayload,
  Template,
  TemplatePayload,
  TemplateProviderName,
  TemplateSync,
} from '../schema/graphql/template.type.js';
import { optionalId, optionalText, requireId, toPageRequest } from './arguments.js';
import { toChannel } from './channel.view.js';
import type { RequestContext } from './context.js';
import { toFailure } from './failure.view.js';
import { instance } from './instance.js';
import { toConnection } from './page.view.js';
import { toTemplate } from './template.view.js';
import { toUserErrors } from './user-error.view.js';

@Resolver(() => TemplateProviderName)
export class TemplateResolver {
  @Query(() => Template, { nullable: true, description: 'One template. Null when there is none.' })
  async template(
    @Arg('id', () => ID, { description: "The template's id." }) id: string,
    @Ctx() { loaders }: RequestContext,
  ): Promise<Template | null> {
    const view = await loaders.templates.load(requireId(templateIds, id));
    return view === undefined ? null : toTemplate(view);
  }

  @Query(() => TemplateConnection, { description: 'The templates that are kept here, oldest first.' })
  templates(
    @Args(() => PageArgs) args: PageArgs,
    @Arg('filter', () => TemplateFilter, { nullable: true, description: 'Which templates.' })
    filter: TemplateFilter | null,
    @Ctx() { finders, caller }: RequestContext,
  ): Promise<Connection<Template>> {
    const conditions = {
      channelId: optionalId(channelIds, filter?.channelId, 'filter.channelId'),
      name: optionalText(filter?.name, 'filter.name'),
      locale: optionalText(filter?.locale, 'filter.locale'),
    };
    return toConnection(
      toPageRequest(args),
      (request) => finders.templatePage(caller.workspaceId, conditions, request),
      toTemplate,
    );
  }

  @FieldResolver(() => Channel, { nullable: true, description: 'The channel.' })
  async channel(
    @Root() { channelId }: TemplateProviderName,
    @Ctx() { loaders, publicUrl }: RequestContext,
  ): Promise<Channel | null> {
    const view = await loaders.channels.load(requireId(channelIds, channelId));
    return view === undefined ? null : toChannel(view, publicUrl());
  }

  @Mutation(() => TemplatePayload, {
    description: 'Keeps a template, so that sends are judged by it. The provider itself is asked nothing.',
  })
  async createTemplate(
    @Arg('input', () => CreateTemplateInput, { description: 'The template.' }) input: CreateTemplateInput,
    @Ctx() { commands, caller, startedAt }: RequestContext,
  ): Promise<TemplatePayload> {
    return toPayload(await commands.createTemplate(caller, input, startedAt));
  }

  @Mutation(() => TemplatePayload, {
    description: 'Changes what is kept of a template. What was accepted before goes out as it was.',
  })
  async updateTemplate(
    @Arg('input', () => UpdateTemplateInput, { description: 'What changes.' })
    { templateId, ...changes }: UpdateTemplateInput,
    @Ctx() { commands, caller, startedAt }: RequestContext,
  ): Promise<TemplatePayload> {
    return toPayload(await commands.updateTemplate(caller, { templateId, changes }, startedAt));
  }

  @Mutation(() => DeleteTemplatePayload, {
    description:
      'Keeps a template no longer: sends that name it are passed on unchecked. At the provider nothing changes.',
  })
  async deleteTemplate(
    @Arg('input', () => DeleteTemplateInput, { description: 'Which.' }) { templateId }: DeleteTemplateInput,
    @Ctx() { commands, caller, startedAt }: RequestContext,
  ): Promise<DeleteTemplatePayload> {
    const result = await commands.deleteTemplate(caller, { templateId }, startedAt);
    return result.ok
      ? instance(DeleteTemplatePayload, { templateId: result.value, userErrors: [] })
      : instance(DeleteTemplatePayload, { templateId: null, userErrors: toUserErrors(result.userErrors) });
  }

  @Mutation(() => SyncTemplatesPayload, {
    description:
      "Asks a channel's provider for its templates, and keeps what it says: META_WHATSAPP. It takes 3 s at most, and says how far it came.",
  })
  async syncTemplates(
    @Arg('input', () => SyncTemplatesInput, { description: 'Which channel.' })
    { channelId, after }: SyncTemplatesInput,
    @Ctx() { commands, caller, startedAt }: RequestContext,
  ): Promise<SyncTemplatesPayload> {
    const result = await commands.syncTemplates(caller, { channelId, after: after ?? undefined }, startedAt);
    if (!result.ok) return instance(SyncTemplatesPayload, { sync: null, userErrors: toUserErrors(result.userErrors) });
    const { skipped, failure, ...counted } = result.value;
    const sync = instance(TemplateSync, {
      ...counted,
      skipped: skipped.map((one) => instance(SkippedTemplate, one)),
      failure: toFailure(failure),
    });
    return instance(SyncTemplatesPayload, { sync, userErrors: [] });
  }
}

const toPayload = (result: CommandResult<TemplateView>): TemplatePayload =>
  result.ok
    ? instance(TemplatePayload, { template: toTemplate(result.value), userErrors: [] })
    : instance(TemplatePayload, { template: null, userErrors: toUserErrors(result.userErrors) });
