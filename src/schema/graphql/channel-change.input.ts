import { Field, ID, InputType } from 'type-graphql';
import { JSONObjectScalar } from './scalars.js';

@InputType({ description: 'A channel.' })
export class ChannelInput {
  @Field(() => ID, { description: 'The channel.' })
  channelId!: string;
}

@InputType({ description: 'What changes of a channel. What is left out stays.' })
export class UpdateChannelInput extends ChannelInput {
  @Field(() => String, { nullable: true, description: 'Its name, for people.' })
  name?: string | null;

  @Field(() => JSONObjectScalar, {
    nullable: true,
    description:
      'Only the settings that change, e.g. a new token; null takes one away. What is left out stays as it is, and none is ever shown.',
  })
  settings?: Record<string, unknown> | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether what it can not carry goes in the nearest plain form. What was accepted stays as it is.',
  })
  degradeUnsupported?: boolean | null;
}
