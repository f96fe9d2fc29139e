import { Arg, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { messageIds } from '../events/kernel/ids.js';
import type { MessageStatus } from '../events/message/state.js';
import { Channel } from '../schema/graphql/channel.type.js';
import { Contact } from '../schema/graphql/contact.type.js';
import { Conversation } from '../schema/graphql/conversation.type.js';
import { SendMessageInput, SendMessagesInput } from '../schema/graphql/message.input.js';
import { Message, Reaction, StatusChange } from '../schema/graphql/message.type.js';
import { SendMessagePayload, SendMessagesPayload } from '../schema/graphql/payloads.type.js';
import { requireId } from './arguments.js';
import { toChannel } from './channel.view.js';
import { toContact } from './contact.view.js';
import type { RequestContext } from './context.js';
import { toConversation } from './conversation.view.js';
import { instance } from './instance.js';
import { loadersBehind } from './loaders-behind.js';
import { toMessage, toStatusChange } from './message.view.js';
import { toReactions } from './reaction.view.js';
import { toSendMessage } from './send-message.translate.js';
import { toBatchPayload, toSendPayload } from './send-message.view.js';
import { viewOf } from './view.js';

@Resolver(() => Message)
export class MessageResolver {
  @Query(() => Message, { nullable: true, description: 'One message. Null when there is none.' })
  async message(
    @Arg('id', () => ID, { description: "The message's id." }) id: string,
    @Ctx() { loaders }: RequestContext,
  ): Promise<Message | null> {
    return toMessage(await loaders.messages.load(requireId(messageIds, id)));
  }

  @Mutation(() => SendMessagePayload, { description: 'Sends a message. It is accepted when the log has it.' })
  async sendMessage(
    @Arg('input', () => SendMessageInput, { description: 'The message.' }) input: SendMessageInput,
    @Ctx() { commands, caller, startedAt, cursors }: RequestContext,
  ): Promise<SendMessagePayload> {
    return toSendPayload(await commands.sendMessage(caller, toSendMessage(input), startedAt), cursors);
  }

  @Mutation(() => SendMessagesPayload, {
    description: 'Sends at most 500 messages, each judged alone: one that is refused or fails takes no other with it.',
  })
  async sendMessages(
    @Arg('input', () => SendMessagesInput, { description: 'The messages.' }) { messages }: SendMessagesInput,
    @Ctx() { commands, caller, startedAt, cursors }: RequestContext,
  ): Promise<SendMessagesPayload> {
    return toBatchPayload(await commands.sendMessages(caller, messages.map(toSendMessage), startedAt), cursors);
  }

  @FieldResolver(() => Conversation, { nullable: true, description: 'The conversation that it belongs to.' })
  async conversation(@Root() message: Message, @Ctx() context: RequestContext): Promise<Conversation | null> {
    const loaders = await loadersBehind(message, context);
    const state = await loaders.conversations.load(message.state.conversationId);
    return state === undefined ? null : toConversation(state, message.asOf);
  }

  @FieldResolver(() => Channel, { nullable: true, description: 'The channel that it went through.' })
  async channel(@Root() { state }: Message, @Ctx() { loaders, publicUrl }: RequestContext): Promise<Channel | null> {
    const view = await loaders.channels.load(state.channelId);
    return view === undefined ? null : toChannel(view, publicUrl());
  }

  @FieldResolver(() => Contact, { nullable: true, description: 'The other side, whoever wrote.' })
  async contact(@Root() message: Message, @Ctx() context: RequestContext): Promise<Contact | null> {
    if (message.state.contactId === null) return null;
    const loaders = await loadersBehind(message, context);
    const state = await loaders.contacts.load(message.state.contactId);
    return state === undefined ? null : toContact(state, message.asOf);
  }

  @FieldResolver(() => Message, {
    nullable: true,
    description: "The message that it answers. Null also when that isn't known here.",
  })
  async replyTo(@Root() { state, asOf }: Message, @Ctx() context: RequestContext): Promise<Message | null> {
    if (state.replyToMessageId === null) return null;
    return toMessage(await viewOf(asOf, context).loaders.messages.load(state.replyToMessageId), { asOf });
  }

  @FieldResolver(() => [Reaction], { description: 'What stands on it: at most one of each side, the latest.' })
  reactions(@Root() { state, asOf }: Message, @Ctx() context: RequestContext): Promise<Reaction[]> {
    return toReactions(state, viewOf(asOf, context).loaders);
  }

  @FieldResolver(() => [StatusChange], {
    description: 'Every change, in the order it was recorded, late and repeated ones included.',
  })
  async timeline(@Root() message: Message, @Ctx() context: RequestContext): Promise<StatusChange[]> {
    const loaders = isJustSent(message) ? context.loaders : await loadersBehind(message, context);
    const entries = await loaders.timelines.load(message.state.id);
    if (entries.length > 0 || !isJustSent(message)) return entries.map(toStatusChange);
    return [firstChangeOf(message, context)];
  }
}

/** As its own command answers it: nothing but its acceptance is known. */
const isJustSent = ({ state, readAfter }: Message): boolean =>
  readAfter !== undefined && Object.keys(state.progress).length === 1 && JUST_SENT.includes(state.status);
const JUST_SENT: readonly MessageStatus[] = ['ACCEPTED', 'SCHEDULED'];

/** A message that was just accepted is complete at once: its timeline is its acceptance, projected or not. */
const firstChangeOf = ({ state }: Message, { acceptanceEventId }: RequestContext): StatusChange =>
  instance(StatusChange, {
    status: state.status,
    attempt: 1,
    occurredAt: state.statusAt,
    recordedAt: state.updatedAt,
    failure: null,
    eventId: acceptanceEventId(state.id),
  });
