import { Directive, Field, ID, InputType } from 'type-graphql';
import { ContentInput } from './content.input.js';
import { MessageCategory, OutgoingAuthor } from './enums.js';
import { DateTimeScalar, JSONObjectScalar, PhoneNumberScalar } from './scalars.js';

@Directive('@oneOf')
@InputType({ description: 'Whom to write to. Exactly one.' })
export class RecipientInput {
  @Field(() => ID, { nullable: true, description: 'A contact with an address on the channel.' })
  contactId?: string;

  @Field(() => ID, { nullable: true, description: 'A conversation of the channel.' })
  conversationId?: string;

  @Field(() => PhoneNumberScalar, {
    nullable: true,
    description: 'A phone number, on platforms that know people by it.',
  })
  phoneNumber?: string;

  @Field(() => String, { nullable: true, description: "The platform's own id." })
  address?: string;
}

@InputType({
  description: 'A message that is looked at before anybody sends it: as `SendMessageInput`, without a key.',
})
export class PreviewMessageInput {
  @Field(() => ID, { description: 'The channel to send through.' })
  channelId!: string;

  @Field(() => RecipientInput, { description: 'Whom to write to.' })
  to!: RecipientInput;

  @Field(() => ContentInput, { description: 'What to say.' })
  content!: ContentInput;

  @Field(() => OutgoingAuthor, { nullable: true, defaultValue: 'AGENT', description: 'Who writes it.' })
  author?: keyof typeof OutgoingAuthor | null;

  @Field(() => String, { nullable: true, description: 'Your own id of the agent or bot.' })
  authorId?: string | null;

  @Field(() => ID, { nullable: true, description: 'The message of the same conversation that this one answers.' })
  replyToMessageId?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Yours; comes back on the message, in events and in webhooks.',
  })
  reference?: string | null;

  @Field(() => MessageCategory, {
    nullable: true,
    description: 'What it is for: statistics tell messages apart by it.',
  })
  category?: keyof typeof MessageCategory | null;

  @Field(() => JSONObjectScalar, { nullable: true, description: 'Yours; at most 16 KiB as JSON.' })
  metadata?: Record<string, unknown> | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description:
      'When to send it, at most 366 days ahead. What is due within the next second is sent at once, as without it; a time that has passed is SCHEDULE_INVALID, and so is a reaction for later. When it is due, the service window is judged once more.',
  })
  scheduledAt?: string | null;
}

@InputType({ description: 'A message to send.' })
export class SendMessageInput extends PreviewMessageInput {
  @Field(() => String, {
    nullable: true,
    description:
      '1 to 255 characters, one space per workspace, kept 30 days. The same key and input give the same message as it is now; another input is IDEMPOTENCY_CONFLICT; a refused input leaves the key free.',
  })
  idempotencyKey?: string | null;
}

@InputType({ description: 'Messages to send together.' })
export class SendMessagesInput {
  @Field(() => [SendMessageInput], {
    description: 'At most 500. Those to one conversation are recorded in this order.',
  })
  messages!: SendMessageInput[];
}
