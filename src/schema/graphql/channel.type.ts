import { Field, ID, Int, ObjectType } from 'type-graphql';
import type { ChannelPlatform as Platform, ProviderKind as Provider } from '../../events/channel/events.js';
import { ChannelPlatform, MessageCategory, ProviderKind } from './enums.js';
import { Node } from './node.type.js';
import { DateTimeScalar, JSONObjectScalar } from './scalars.js';

@ObjectType({ description: 'A kind of content that a channel carries.' })
export class ContentCapability {
  @Field(() => String, { description: 'As `ContentInput` names it.' })
  kind!: string;

  @Field(() => JSONObjectScalar, {
    description: 'Its bounds, e.g. `{"textCharactersMax": 4096}`. What is not named has none of the channel itself.',
  })
  limits!: Record<string, unknown>;
}

@ObjectType({
  description:
    'A reason to write that a platform takes for longer than its service window. It is told to it where it applies.',
})
export class WindowException {
  @Field(() => String, { description: 'As the platform calls it.' })
  tag!: string;

  @Field(() => Int, { nullable: true, description: 'How long after the contact last wrote. Null: always.' })
  hours!: number | null;

  @Field(() => Boolean, { description: 'Whether it is for what an AGENT wrote only.' })
  isForPeopleOnly!: boolean;

  @Field(() => MessageCategory, {
    nullable: true,
    description: 'What the message has to be for, as its `category` says. Null: anything.',
  })
  category!: keyof typeof MessageCategory | null;
}

@ObjectType({ description: 'What a channel carries, and what its provider tells of it.' })
export class ChannelCapabilities {
  @Field(() => [ContentCapability], { description: 'What can be sent.' })
  content!: ContentCapability[];

  @Field(() => Boolean, { description: 'Whether a message can say which one it answers.' })
  carriesReply!: boolean;

  @Field(() => Boolean, { description: 'Whether a contact can be shown that somebody types.' })
  carriesTyping!: boolean;

  @Field(() => Boolean, { description: 'Whether a contact can be shown that what they wrote was read.' })
  carriesReadMark!: boolean;

  @Field(() => Int, {
    nullable: true,
    description: 'How long after the contact last wrote anything may be sent. Null: always.',
  })
  serviceWindowHours!: number | null;

  @Field(() => [WindowException], { description: 'What may be sent after that, beside templates.' })
  windowExceptions!: WindowException[];

  @Field(() => [String], { description: 'What the provider tells of a message: sent, delivered, read, failed.' })
  receipts!: string[];
}

@ObjectType({ implements: Node, description: 'One account of ours at a provider: what messages go through.' })
export class Channel extends Node {
  @Field(() => ID, { description: 'A TypeID, `chan_…`.' })
  override id!: string;

  @Field(() => String, { description: 'Its name, for people.' })
  name!: string;

  @Field(() => ProviderKind, { description: 'Whose API carries it.' })
  provider!: Provider;

  @Field(() => ChannelPlatform, { description: 'What contacts use to write.' })
  platform!: Platform;

  @Field(() => Boolean, { description: 'Whether it sends. A disabled channel still takes webhooks.' })
  isEnabled!: boolean;

  @Field(() => Boolean, {
    description: 'Whether what it can not carry goes in the nearest plain form, and is not refused.',
  })
  degradeUnsupported!: boolean;

  @Field(() => String, { nullable: true, description: 'Where the provider posts its webhooks for this channel.' })
  webhookUrl!: string | null;

  @Field(() => DateTimeScalar, { description: 'When it was connected.' })
  createdAt!: string;
}
