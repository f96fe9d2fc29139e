import { Field, ID, InputType, Int } from 'type-graphql';
import type { ChannelPlatform as Platform, ProviderKind as Provider } from '../../events/channel/events.js';
import type { ConversationStatus as Status } from '../../events/conversation/state.js';
import { ChannelPlatform, ConversationStatus, ProviderKind } from './enums.js';
import { DateTimeScalar } from './scalars.js';

const NAMED =
  "Those whose contact's name or address has a word for each of these that begins with it, whatever the case and the accents; or some digits of the phone number, at least three. At most 200 characters; blank: all.";

@InputType({ description: 'Which channels. All conditions must hold.' })
export class ChannelFilter {
  @Field(() => ProviderKind, { nullable: true, description: 'Those of one provider.' })
  provider?: Provider | null;

  @Field(() => ChannelPlatform, { nullable: true, description: 'Those of one platform.' })
  platform?: Platform | null;

  @Field(() => Boolean, { nullable: true, description: 'Those that send, or those that do not.' })
  isEnabled?: boolean | null;
}

@InputType({ description: 'Which templates. All conditions must hold.' })
export class TemplateFilter {
  @Field(() => ID, { nullable: true, description: 'Those that a send through this channel may use.' })
  channelId?: string | null;

  @Field(() => String, { nullable: true, description: 'Those whose name contains it, whatever the case.' })
  name?: string | null;

  @Field(() => String, { nullable: true, description: 'Those of exactly this locale.' })
  locale?: string | null;
}

@InputType({ description: 'Which contacts. All conditions must hold.' })
export class ContactFilter {
  @Field(() => String, { nullable: true, description: 'Those with exactly this address on some channel.' })
  address?: string | null;

  @Field(() => String, { nullable: true, description: NAMED })
  text?: string | null;
}

@InputType({ description: 'Which conversations. All conditions must hold.' })
export class ConversationFilter {
  @Field(() => ConversationStatus, { nullable: true, description: 'Those that are open, or those that are closed.' })
  status?: Status | null;

  @Field(() => [ID], { nullable: true, description: 'Those of any of these channels; at most 100.' })
  channelIds?: string[] | null;

  @Field(() => ID, { nullable: true, description: 'Those with one contact.' })
  contactId?: string | null;

  @Field(() => Boolean, { nullable: true, description: 'Those with unread messages, or those without.' })
  isUnread?: boolean | null;

  @Field(() => String, { nullable: true, description: 'Those of one agent, by your own id.' })
  agentId?: string | null;

  @Field(() => String, { nullable: true, description: 'Those of one team, by your own id.' })
  teamId?: string | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Those that are the concern of an agent or a team, or those that are nobody’s.',
  })
  isAssigned?: boolean | null;

  @Field(() => [String], { nullable: true, description: 'Those that have all of these labels; at most 100.' })
  labels?: string[] | null;

  @Field(() => Boolean, { nullable: true, description: 'Those that are put aside now, or those that are not.' })
  isSnoozed?: boolean | null;

  @Field(() => ChannelPlatform, { nullable: true, description: 'Those on one platform.' })
  platform?: Platform | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'Those whose service window is open and closes within so many seconds; at most 31 days. Permanent ones never do.',
  })
  windowClosesWithinSeconds?: number | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Those in which something happened after it.' })
  lastActivityAfter?: string | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Those in which nothing happened since it.' })
  lastActivityBefore?: string | null;

  @Field(() => String, { nullable: true, description: NAMED })
  text?: string | null;
}

@InputType({ description: 'Which events. All conditions must hold.' })
export class EventFilter {
  @Field(() => [String], { nullable: true, description: 'Those of any of these types; at most 100.' })
  types?: string[] | null;

  @Field(() => ID, { nullable: true, description: 'Those of one conversation.' })
  conversationId?: string | null;

  @Field(() => ID, { nullable: true, description: 'Those of one channel.' })
  channelId?: string | null;

  @Field(() => ID, { nullable: true, description: 'Those of one message.' })
  messageId?: string | null;
}
