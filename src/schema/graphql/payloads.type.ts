import { Field, ObjectType } from 'type-graphql';
import { Channel } from './channel.type.js';
import { Conversation } from './conversation.type.js';
import { Message, MessageFailure } from './message.type.js';
import { Payload, RecordedPayload } from './payload.type.js';
import { CursorScalar } from './scalars.js';
import { UserError } from './user-error.type.js';

@ObjectType({
  description:
    'The message is complete at once; what is reached through it waits for the projection, as with read your writes.',
})
export class SendMessagePayload extends RecordedPayload {
  @Field(() => Message, { nullable: true, description: 'The message as recorded. Null when refused.' })
  message!: Message | null;
}

@ObjectType({ description: 'The message, cancelled.' })
export class CancelScheduledMessagePayload extends RecordedPayload {
  @Field(() => Message, {
    nullable: true,
    description: 'The message as cancelled. Null when refused, or not readable within 2 s.',
  })
  message!: Message | null;
}

@ObjectType({ description: 'The message with its outcome settled, or on its way again.' })
export class ResolveMessagePayload extends RecordedPayload {
  @Field(() => Message, {
    nullable: true,
    description: 'The message as resolved. Null when refused, or not readable within 2 s.',
  })
  message!: Message | null;
}

@ObjectType({ description: 'What became of each message of a batch.' })
export class SendMessagesPayload {
  @Field(() => [SendMessagePayload], {
    description:
      'One for each message, in the order given. UNAVAILABLE among the `userErrors` of one: it is not known whether this one was recorded; repeat it with the same `idempotencyKey`.',
  })
  results!: SendMessagePayload[];

  @Field(() => [UserError], { description: 'Why the batch as a whole was refused; empty when it was not.' })
  userErrors!: UserError[];

  @Field(() => CursorScalar, {
    nullable: true,
    description: 'The place in the journal behind all that was recorded. Null when nothing was.',
  })
  cursor!: string | null;
}

@ObjectType({ description: 'The conversation with its new read mark.' })
export class MarkConversationReadPayload extends RecordedPayload {
  @Field(() => Conversation, { nullable: true, description: 'The conversation. Null when refused.' })
  conversation!: Conversation | null;
}

@ObjectType({ description: 'The changed channel.' })
export class ChangeChannelPayload extends Payload {
  @Field(() => Channel, { nullable: true, description: 'The channel. Null when refused.' })
  channel!: Channel | null;
}

@ObjectType({ description: 'What the provider said of an account.' })
export class AskChannelPayload extends Payload {
  @Field(() => Channel, { nullable: true, description: 'The channel. Null when refused.' })
  channel!: Channel | null;

  @Field(() => Boolean, { description: 'Whether the provider said yes.' })
  isConfirmed!: boolean;

  @Field(() => String, { nullable: true, description: 'What the provider calls the account, where it says that.' })
  account!: string | null;

  @Field(() => MessageFailure, { nullable: true, description: 'Why it did not. Null when it did, or was not asked.' })
  failure!: MessageFailure | null;
}

@ObjectType({ description: 'The connected channel.' })
export class CreateChannelPayload extends Payload {
  @Field(() => Channel, { nullable: true, description: 'The channel. Null when refused.' })
  channel!: Channel | null;
}
