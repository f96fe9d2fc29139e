import { Args, Resolver, Root, Subscription } from 'type-graphql';
import {
  ConversationUpdated,
  EventPublished,
  InboxUpdated,
  MessageAdded,
  MessageStatusChanged,
} from '../schema/graphql/deliveries.type.js';
import { EventArgs, InboxArgs, MessageStatusArgs } from '../schema/graphql/subscription.args.js';
import type { RequestContext } from './context.js';
import { openSubscription } from './delivery.js';
import { toEventConditions } from './event.resolver.js';
import {
  ADDING_TYPES,
  CONVERSATION_TYPES,
  conversationUpdatedOf,
  eventPublishedOf,
  inboxUpdatedOf,
  messageAddedOf,
  messageStatusChangedOf,
} from './payload-makers.js';

interface Opening<Arguments> {
  readonly args: Arguments;
  readonly context: RequestContext;
}

/** Each method answers the payload that was made for the event; the arguments were read when the subscription opened. */
@Resolver()
export class SubscriptionResolver {
  @Subscription(() => InboxUpdated, {
    description:
      'Everything that changes in the chosen conversations, in one order with one cursor. An inbox needs only this.',
    subscribe: ({ args, context }: Opening<InboxArgs>) => openSubscription(args, context, inboxUpdatedOf),
  })
  inboxUpdated(@Args(() => InboxArgs) _args: InboxArgs, @Root() payload: InboxUpdated): InboxUpdated {
    return payload;
  }

  @Subscription(() => MessageAdded, {
    description:
      'When a message joins `messages`: a scheduled one when it is due. One that was read out of an old webhook later on is an update of the inbox only.',
    subscribe: ({ args, context }: Opening<InboxArgs>) => openSubscription(args, context, messageAddedOf, ADDING_TYPES),
  })
  messageAdded(@Args(() => InboxArgs) _args: InboxArgs, @Root() payload: MessageAdded): MessageAdded {
    return payload;
  }

  @Subscription(() => MessageStatusChanged, {
    description:
      'When `status` moves, its first value included. A late or repeated receipt only joins the timeline; what was read out of an old webhook later on is an update of the inbox only.',
    subscribe: ({ args, context }: Opening<MessageStatusArgs>) =>
      openSubscription(args, context, messageStatusChangedOf),
  })
  messageStatusChanged(
    @Args(() => MessageStatusArgs) _args: MessageStatusArgs,
    @Root() payload: MessageStatusChanged,
  ): MessageStatusChanged {
    return payload;
  }

  @Subscription(() => ConversationUpdated, {
    description: 'When a field of the conversation changes, so also with each message.',
    subscribe: ({ args, context }: Opening<InboxArgs>) =>
      openSubscription(args, context, conversationUpdatedOf, CONVERSATION_TYPES),
  })
  conversationUpdated(
    @Args(() => InboxArgs) _args: InboxArgs,
    @Root() payload: ConversationUpdated,
  ): ConversationUpdated {
    return payload;
  }

  @Subscription(() => EventPublished, {
    description: 'When an event is recorded.',
    subscribe: ({ args, context }: Opening<EventArgs>) => {
      const { types, ...ids } = toEventConditions(args.filter);
      return openSubscription({ ...ids, after: args.after }, context, eventPublishedOf, types);
    },
  })
  eventPublished(@Args(() => EventArgs) _args: EventArgs, @Root() payload: EventPublished): EventPublished {
    return payload;
  }
}
