import { Field, ID, InputType } from 'type-graphql';
import type { ChannelPlatform as Platform, ProviderKind as Provider } from '../../events/channel/events.js';
import { ChannelPlatform, ProviderKind, ResolveMessageAs } from './enums.js';
import { JSONObjectScalar } from './scalars.js';

@InputType({ description: 'How far a conversation was read.' })
export class MarkConversationReadInput {
  @Field(() => ID, { description: 'The conversation.' })
  conversationId!: string;

  @Field(() => ID, {
    nullable: true,
    description: 'The last message that was read. Without it: up to the newest. The mark never goes back.',
  })
  upToMessageId?: string | null;
}

@InputType({ description: 'A scheduled message to take back.' })
export class CancelScheduledMessageInput {
  @Field(() => ID, { description: 'The message.' })
  messageId!: string;
}

@InputType({ description: 'What became of a message whose status is OUTCOME_UNKNOWN.' })
export class ResolveMessageInput {
  @Field(() => ID, { description: 'The message.' })
  messageId!: string;

  @Field(() => ResolveMessageAs, { description: 'What it is taken for, or that it is to be sent again.' })
  as!: keyof typeof ResolveMessageAs;
}

@InputType({ description: 'A channel to connect.' })
export class CreateChannelInput {
  @Field(() => String, { description: 'Its name, for people.' })
  name!: string;

  @Field(() => ProviderKind, { description: 'Whose API carries it.' })
  provider!: Provider;

  @Field(() => ChannelPlatform, { description: 'What contacts use to write.' })
  platform!: Platform;

  @Field(() => JSONObjectScalar, {
    description:
      'What the provider needs; secrets are sealed and never shown again. SANDBOX: `{apiBaseUrl?, ratePerSecond?, chaos?}`, the rate in calls a second, 1 to 10,000, by default 1,000; chaos `{seed?, duplicates?, reorders?, delays?, drops?}`, probabilities from 0 to 1 by which it misbehaves. Of the others docs/providers has a page each.',
  })
  settings!: Record<string, unknown>;

  @Field(() => Boolean, {
    nullable: true,
    defaultValue: false,
    description:
      'Whether what the channel can not carry goes in the nearest plain form: buttons and lists as numbered text, places and files as links, cards and contacts as text. Otherwise it is refused.',
  })
  degradeUnsupported?: boolean | null;
}
