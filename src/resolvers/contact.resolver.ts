import { Arg, Args, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import { contactIds } from '../events/kernel/ids.js';
import { Channel } from '../schema/graphql/channel.type.js';
import type { Connection } from '../schema/graphql/connection.type.js';
import { ContactConnection, ConversationConnection, MessageConnection } from '../schema/graphql/connections.js';
import { Contact, ContactAddress } from '../schema/graphql/contact.type.js';
import type { Conversation } from '../schema/graphql/conversation.type.js';
import { ContactFilter } from '../schema/graphql/filters.input.js';
import type { Message } from '../schema/graphql/message.type.js';
import { PageArgs } from '../schema/graphql/page.args.js';
import { optionalText, requireId, toPageRequest } from './arguments.js';
import { toChannel } from './channel.view.js';
import { toContact } from './contact.view.js';
import type { RequestContext } from './context.js';
import { toName } from './conversation-filter.js';
import { toConversation } from './conversation.view.js';
import { toListedMessage } from './message.view.js';
import { MAY_BE_SHORT, toConnection } from './page.view.js';
import { viewOf } from './view.js';

@Resolver(() => Contact)
export class ContactResolver {
  @Query(() => Contact, { nullable: true, description: 'One contact. Null when there is none.' })
  async contact(
    @Arg('id', () => ID, { description: "The contact's id." }) id: string,
    @Ctx() { loaders }: RequestContext,
  ): Promise<Contact | null> {
    const state = await loaders.contacts.load(requireId(contactIds, id));
    return state === undefined ? null : toContact(state);
  }

  @Query(() => ContactConnection, { description: `The contacts, newest first. ${MAY_BE_SHORT}` })
  contacts(
    @Args(() => PageArgs) args: PageArgs,
    @Arg('filter', () => ContactFilter, { nullable: true, description: 'Which contacts.' })
    filter: ContactFilter | null,
    @Ctx() { finders, caller }: RequestContext,
  ): Promise<Connection<Contact>> {
    const address = filter?.address;
    const conditions = { address: optionalText(address, 'address'), text: toName(filter?.text) };
    return toConnection(
      toPageRequest(args),
      (request) => finders.contactPage(caller.workspaceId, conditions, request),
      toContact,
    );
  }

  @FieldResolver(() => ConversationConnection, {
    description: 'The conversations with the contact, newest activity first.',
  })
  conversations(
    @Root() contact: Contact,
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() context: RequestContext,
  ): Promise<Connection<Conversation>> {
    const { asOf } = contact;
    const { conversationPages } = viewOf(asOf, context).loaders;
    const id = requireId(contactIds, contact.id);
    return toConnection(
      toPageRequest(args),
      (page) => conversationPages.load({ of: id, page }),
      (state) => toConversation(state, asOf),
    );
  }

  @FieldResolver(() => MessageConnection, {
    description:
      'With the contact over all conversations, oldest first by `createdAt`: conversations have no other order in common. Without `first`: the last 25.',
  })
  messages(
    @Root() contact: Contact,
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() context: RequestContext,
  ): Promise<Connection<Message>> {
    const { asOf } = contact;
    const { contactMessagePages } = viewOf(asOf, context).loaders;
    const id = requireId(contactIds, contact.id);
    return toConnection(
      toPageRequest(args, 'backward'),
      (page) => contactMessagePages.load({ of: id, page }),
      (message) => toListedMessage(message, { asOf }),
    );
  }
}

@Resolver(() => ContactAddress)
export class ContactAddressResolver {
  @FieldResolver(() => Channel, { nullable: true, description: 'The channel on which the address holds.' })
  async channel(
    @Root() { channelId }: ContactAddress,
    @Ctx() { loaders, publicUrl }: RequestContext,
  ): Promise<Channel | null> {
    const view = await loaders.channels.load(channelId);
    return view === undefined ? null : toChannel(view, publicUrl());
  }
}
