import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { channelIds, contactIds, conversationIds } from '../events/kernel/ids.js';
import type { ConversationFilter as Conditions } from '../events/queries/finders.js';
import { Channel } from '../schema/graphql/channel.type.js';
import { MarkConversationReadInput } from '../schema/graphql/commands.input.js';
import type { Connection } from '../schema/graphql/connection.type.js';
import { ConversationConnection, MessageConnection } from '../schema/graphql/connections.js';
import { Contact } from '../schema/graphql/contact.type.js';
import { Conversation, ServiceWindow } from '../schema/graphql/conversation.type.js';
import { ConversationFilter } from '../schema/graphql/filters.input.js';
import { Message } from '../schema/graphql/message.type.js';
import { PageArgs } from '../schema/graphql/page.args.js';
import { MarkConversationReadPayload } from '../schema/graphql/payloads.type.js';
import { optionalId, requireId, requireShortList, toPageRequest } from './arguments.js';
import { toChannel } from './channel.view.js';
import { toContact } from './contact.view.js';
import type { RequestContext } from './context.js';
import { toConversation, toServiceWindow } from './conversation.view.js';
import { instance } from './instance.js';
import { toListedMessage, toMessage } from './message.view.js';
import { toConnection } from './page.view.js';
import { toUserErrors } from './user-error.view.js';

@Resolver(() => Conversation)
export class ConversationResolver {
  @Query(() => Conversation, { nullable: true, description: 'One conversation. Null when there is none.' })
  async conversation(
    @Arg('id', () => ID, { description: "The conversation's id." }) id: string,
    @Ctx() { loaders }: RequestContext,
  ): Promise<Conversation | null> {
    const state = await loaders.conversations.load(requireId(conversationIds, id));
    return state === undefined ? null : toConversation(state);
  }

  @Query(() => ConversationConnection, { description: 'The conversations, newest activity first.' })
  conversations(
    @Args(() => PageArgs) args: PageArgs,
    @Arg('filter', () => ConversationFilter, { nullable: true, description: 'Which conversations.' })
    filter: ConversationFilter | null,
    @Ctx() { finders, caller }: RequestContext,
  ): Promise<Connection<Conversation>> {
    const conditions = toConditions(filter);
    return toConnection(
      toPageRequest(args),
      (request) => finders.conversationPage(caller.workspaceId, conditions, request),
      toConversation,
    );
  }

  @FieldResolver(() => Channel, { nullable: true, description: 'The channel that it runs through.' })
  async channel(
    @Root() { state }: Conversation,
    @Ctx() { loaders, publicUrl }: RequestContext,
  ): Promise<Channel | null> {
    const view = await loaders.channels.load(state.channelId);
    return view === undefined ? null : toChannel(view, publicUrl());
  }

  @FieldResolver(() => Contact, { nullable: true, description: 'Who is on the other side.' })
  async contact(@Root() { state }: Conversation, @Ctx() { loaders }: RequestContext): Promise<Contact | null> {
    const contact = state.contactId === null ? undefined : await loaders.contacts.load(state.contactId);
    return contact === undefined ? null : toContact(contact);
  }

  @FieldResolver(() => Message, { nullable: true, description: 'The newest of `messages`.' })
  async lastMessage(@Root() { state }: Conversation, @Ctx() { loaders }: RequestContext): Promise<Message | null> {
    return state.lastMessageId === null ? null : toMessage(await loaders.messages.load(state.lastMessageId));
  }

  @FieldResolver(() => ServiceWindow, { description: 'For how long anything may be sent.' })
  async serviceWindow(
    @Root() { state }: Conversation,
    @Ctx() { loaders, providers, clock }: RequestContext,
  ): Promise<ServiceWindow> {
    const channel = await loaders.channels.load(state.channelId);
    const adapter = channel && providers.get(channel.provider);
    return toServiceWindow(state, adapter?.capabilities.serviceWindowHours, clock.now());
  }

  @FieldResolver(() => MessageConnection, {
    description:
      'Oldest first, in journal order, never by a clock. Without `first`: the last 25. Reactions and messages that still wait or were cancelled are not among them.',
  })
  messages(
    @Root() { state }: Conversation,
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() { finders, caller }: RequestContext,
  ): Promise<Connection<Message>> {
    return toConnection(
      toPageRequest(args, 'backward'),
      (request) => finders.messagePage(caller.workspaceId, state.id, request),
      toListedMessage,
    );
  }

  @FieldResolver(() => MessageConnection, { description: 'What is still to be sent later. Next due first.' })
  scheduledMessages(
    @Root() { state }: Conversation,
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() { finders, caller }: RequestContext,
  ): Promise<Connection<Message>> {
    return toConnection(
      toPageRequest(args),
      (request) => finders.scheduledPage(caller.workspaceId, state.id, request),
      toListedMessage,
    );
  }

  @Mutation(() => MarkConversationReadPayload, { description: 'Moves the read mark, for all agents.' })
  async markConversationRead(
    @Arg('input', () => MarkConversationReadInput, { description: 'How far it was read.' })
    input: MarkConversationReadInput,
    @Ctx() { commands, caller, startedAt, cursors }: RequestContext,
  ): Promise<MarkConversationReadPayload> {
    const { conversationId, upToMessageId } = input;
    const mark = { conversationId, upToMessageId: upToMessageId ?? undefined };
    const result = await commands.markConversationRead(caller, mark, startedAt);
    return result.ok
      ? instance(MarkConversationReadPayload, {
          conversation: toConversation(result.value),
          userErrors: [],
          cursor: cursors.encode(result.cursor),
        })
      : instance(MarkConversationReadPayload, {
          conversation: null,
          userErrors: toUserErrors(result.userErrors),
          cursor: null,
        });
  }
}

function toConditions(filter: ConversationFilter | null): Conditions {
  const channels = filter?.channelIds ?? undefined;
  return {
    status: filter?.status ?? undefined,
    channelIds:
      channels && requireShortList(channels, 'channelIds').map((id) => requireId(channelIds, id, 'channelIds')),
    contactId: optionalId(contactIds, filter?.contactId, 'contactId'),
    isUnread: filter?.isUnread ?? undefined,
  };
}
