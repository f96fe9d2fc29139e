import { Field, ID, ObjectType } from 'type-graphql';
import type { ChannelPlatform as Platform, ProviderKind as Provider } from '../../events/channel/events.js';
import { ChannelPlatform, ProviderKind } from './enums.js';
import { Node } from './node.type.js';
import { DateTimeScalar } from './scalars.js';

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

  @Field(() => String, { nullable: true, description: 'Where the provider posts its webhooks for this channel.' })
  webhookUrl!: string | null;

  @Field(() => DateTimeScalar, { description: 'When it was connected.' })
  createdAt!: string;
}
