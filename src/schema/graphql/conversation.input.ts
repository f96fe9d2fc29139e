import { Directive, Field, InputType } from 'type-graphql';
import { CursorScalar, DateTimeScalar } from './scalars.js';

@Directive('@oneOf')
@InputType({ description: 'A moment in the past. Exactly one.' })
export class ConversationAsOf {
  @Field(() => DateTimeScalar, {
    nullable: true,
    description:
      'Of the conversation, and of its contact, what stands before its first event with a later `recordedAt`: what is appended late counts from that time on. A time still to come is BAD_USER_INPUT.',
  })
  time?: string;

  @Field(() => CursorScalar, {
    nullable: true,
    description:
      'What the cursor has seen. One ahead of what can be queried is waited for as with `x-parley-after`, and then NOT_YET_PROJECTED.',
  })
  cursor?: string;
}
