import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { conversationIds } from '../events/kernel/ids.js';
import type { ConversationOrder as Order } from '../events/queries/finders.js';
import { Channel } from '../schema/graphql/channel.type.js';
import { MarkConversationReadInput } from '../schema/graphql/commands.input.js';
import type { Connection } from '../schema/graphql/connection.type.js';
import { ConversationConnection, MessageConnection } from '../schema/graphql/connections.js';
import { Contact } from '../schema/graphql/contact.type.js';
import { ConversationAsOf } from '../schema/graphql/conversation.input.js';
import { Conversation, ConversationCounts, ServiceWindow } from '../schema/graphql/conversation.type.js';
import { ConversationOrder } from '../schema/graphql/enums.js';
import { ConversationFilter } from '../schema/graphql/filters.input.js';
import { Message } from '../schema/graphql/message.type.js';
import { PageArgs } from '../schema/graphql/page.args.js';
import { MarkConversationReadPayload } from '../schema/graphql/payloads.type.js';
import { DateTimeScalar } from '../schema/graphql/scalars.js';
import { optionalText, requireId, toPageRequest } from './arguments.js';
import { toChannel } from './channel.view.js';
import { toContact } from './contact.view.js';
import { capabilitiesFor } from './channel-capabilities.js';
import type { RequestContext } from './context.js';
import { toConditions } from './conversation-filter.js';
import { threadOf, toConversation, toCounts, toServiceWindow } from './conversation.view.js';
import { instance } from './instance.js';
import { toListedMessage, toMessage } from './message.view.js';
import { toMoment } from './moment.js';
import { MAY_BE_SHORT, toConnection } from './page.view.js';
import { outcomeOf } from './user-error.view.js';
import { viewOf } from './view.js';

const AS_OF =
  'The moment that it is shown at, with all that is reached through it: as it stood then. Null before its first event. Channels are shown as they are now; erased content stays erased.';

@Resolver(() => Conversation)
export class ConversationResolver {
  @Query(() => Conversation, {
    nullable: true,
    description:
      'One conversation. Null when there is none. Of one whose contact went over to the address of another one, that other one, with the messages of both.',
  })
  async conversation(
    @Arg('id', () => ID, { description: "The conversation's id." }) id: string,
    @Arg('asOf', () => ConversationAsOf, { nullable: true, description: AS_OF })
    asOf: ConversationAsOf | null,
    @Ctx() context: RequestContext,
  ): Promise<Conversation | null> {
    const conversationId = requireId(conversationIds, id);
    const moment = await toMoment(asOf, context);
    const state = await viewOf(moment, context).loaders.conversations.load(conversationId);
    return state === undefined ? null : toConversation(state, moment);
  }

  @Query(() => ConversationConnection, { description: `The conversations, newest activity first. ${MAY_BE_SHORT}` })
  conversations(
    @Args(() => PageArgs) args: PageArgs,
    @Arg('filter', () => ConversationFilter, { nullable: true, description: 'Which conversations.' })
    filter: ConversationFilter | null,
    @Arg('orderBy', () => ConversationOrder, {
      defaultValue: 'NEWEST_ACTIVITY',
      description: 'In what order. A cursor is one of its own order.',
      nullable: true,
    })
    orderBy: Order | null,
    @Ctx() { finders, caller, providers }: RequestContext,
  ): Promise<Connection<Conversation>> {
    const order = orderBy ?? 'NEWEST_ACTIVITY';
    const conditions = toConditions(filter, order, providers);
    return toConnection(
      toPageRequest(args),
      (request) => finders.conversationPage(caller.workspaceId, conditions, request, order),
      toConversation,
    );
  }

  @Query(() => ConversationCounts, { description: 'How many conversations there are, by status and assignee.' })
  async conversationCounts(
    @Arg('agentId', () => String, { nullable: true, description: 'Only those of one agent, by your own id.' })
    agentId: string | null,
    @Arg('teamId', () => String, { nullable: true, description: 'Only those of one team, by your own id.' })
    teamId: string | null,
    @Ctx() { finders, caller }: RequestContext,
  ): Promise<ConversationCounts> {
    const of = { agentId: optionalText(agentId, 'agentId'), teamId: optionalText(teamId, 'teamId') };
    return toCounts(await finders.conversationCounts(caller.workspaceId, of));
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
  async contact(@Root() { state, asOf }: Conversation, @Ctx() context: RequestContext): Promise<Contact | null> {
    if (state.contactId === null) return null;
    const contact = await viewOf(asOf, context).loaders.contacts.load(state.contactId);
    return contact === undefined ? null : toContact(contact, asOf);
  }

  @FieldResolver(() => Message, { nullable: true, description: 'The newest of `messages`.' })
  async lastMessage(@Root() { state, asOf }: Conversation, @Ctx() context: RequestContext): Promise<Message | null> {
    if (state.lastMessageId === null) return null;
    return toMessage(await viewOf(asOf, context).loaders.messages.load(state.lastMessageId), { asOf });
  }

  @FieldResolver(() => Conversation, {
    nullable: true,
    description:
      'Which conversation it is shown as by then: its contact went over to the address of that one. Only as of a moment, where each stands by itself; as things are now either id is answered by the one that it is shown as, and this is null.',
  })
  async mergedInto(
    @Root() { state, asOf }: Conversation,
    @Ctx() context: RequestContext,
  ): Promise<Conversation | null> {
    if (state.mergedInto === null) return null;
    const into = await viewOf(asOf, context).loaders.conversations.load(state.mergedInto);
    return into === undefined ? null : toConversation(into, asOf);
  }

  @FieldResolver(() => ServiceWindow, { description: 'For how long anything may be sent.' })
  async serviceWindow(@Root() { state, asOf }: Conversation, @Ctx() context: RequestContext): Promise<ServiceWindow> {
    const channel = await context.loaders.channels.load(state.channelId);
    const capabilities = channel && (await capabilitiesFor(channel, context));
    return toServiceWindow(state, capabilities?.serviceWindowHours, viewOf(asOf, context).clock.now());
  }

  @FieldResolver(() => DateTimeScalar, {
    nullable: true,
    description: 'Until when it is put aside. Null where it is not, or not any more.',
  })
  snoozedUntil(@Root() { state, asOf }: Conversation, @Ctx() context: RequestContext): string | null {
    const now = viewOf(asOf, context).clock.now().toISOString();
    return state.snoozedUntil !== null && state.snoozedUntil > now ? state.snoozedUntil : null;
  }

  @FieldResolver(() => MessageConnection, {
    description:
      'Oldest first, in journal order, never by a clock. Without `first`: the last 25. Reactions and messages that still wait or were cancelled are not among them.',
  })
  messages(
    @Root() { state, asOf }: Conversation,
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() context: RequestContext,
  ): Promise<Connection<Message>> {
    const { messagePages } = viewOf(asOf, context).loaders;
    return toConnection(
      toPageRequest(args, 'backward'),
      (page) => messagePages.load({ ...threadOf(state), page }),
      (message) => toListedMessage(message, { asOf }),
    );
  }

  @FieldResolver(() => MessageConnection, { description: 'What is still to be sent later. Next due first.' })
  scheduledMessages(
    @Root() { state, asOf }: Conversation,
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() context: RequestContext,
  ): Promise<Connection<Message>> {
    const { scheduledPages } = viewOf(asOf, context).loaders;
    return toConnection(
      toPageRequest(args),
      (page) => scheduledPages.load({ ...threadOf(state), page }),
      (message) => toListedMessage(message, { asOf }),
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
    const conversation = result.ok ? toConversation(result.value) : null;
    return instance(MarkConversationReadPayload, { conversation, ...outcomeOf(result, cursors) });
  }
}
