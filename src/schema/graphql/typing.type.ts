import { ArgsType, Field, ID, InputType, ObjectType } from 'type-graphql';
import { MessageAuthor } from './enums.js';
import { Payload } from './payload.type.js';
import { DateTimeScalar } from './scalars.js';

@InputType({ description: 'That somebody on your side types.' })
export class SetTypingInput {
  @Field(() => ID, { description: 'The conversation.' })
  conversationId!: string;

  @Field(() => Boolean, { nullable: true, defaultValue: true, description: 'False: not any more.' })
  isTyping?: boolean | null;

  @Field(() => String, { nullable: true, description: 'Your own id of who types.' })
  authorId?: string | null;
}

@ObjectType({ description: 'Whether it was told to those who watch. Nothing of it is recorded.' })
export class SetTypingPayload extends Payload {}

@ArgsType()
export class TypingArgs {
  @Field(() => ID, { description: 'The conversation.' })
  conversationId!: string;
}

@ObjectType({
  description: 'Somebody types, or has stopped. Live only: there is no cursor, and what was missed is gone.',
})
export class TypingChanged {
  @Field(() => ID, { description: 'The conversation.' })
  conversationId!: string;

  @Field(() => MessageAuthor, { description: 'On which side: AGENT, or CONTACT where the provider tells it.' })
  author!: keyof typeof MessageAuthor;

  @Field(() => String, { nullable: true, description: 'Your own id of which agent; null of a contact.' })
  authorId!: string | null;

  @Field(() => Boolean, { description: 'Whether it began or ended.' })
  isTyping!: boolean;

  @Field(() => DateTimeScalar, { description: 'Until when it counts, unless it is said again.' })
  expiresAt!: string;
}
