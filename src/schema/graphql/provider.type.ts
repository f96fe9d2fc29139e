import { Field, ObjectType } from 'type-graphql';
import type { ChannelPlatform as Platform, ProviderKind as Kind } from '../../events/channel/events.js';
import { ChannelCapabilities } from './channel.type.js';
import { ChannelPlatform, ProviderKind } from './enums.js';

@ObjectType({ description: 'What channels of a provider have on one platform.' })
export class ProviderPlatform {
  @Field(() => ChannelPlatform, { description: 'What contacts use to write.' })
  platform!: Platform;

  @Field(() => ChannelCapabilities, {
    description: "What such channels carry in general; what hangs on a channel's settings is not told here.",
  })
  capabilities!: ChannelCapabilities;
}

@ObjectType({ description: 'A provider that channels can be connected to.' })
export class Provider {
  @Field(() => ProviderKind, { description: 'Which.' })
  kind!: Kind;

  @Field(() => [ProviderPlatform], { description: 'Where it reaches people.' })
  platforms!: ProviderPlatform[];

  @Field(() => Boolean, { description: 'Whether `verifyChannel` can ask it.' })
  verifiesCredentials!: boolean;

  @Field(() => Boolean, { description: 'Whether `registerChannelWebhook` can tell it.' })
  registersWebhooks!: boolean;
}
