import { Field, ObjectType } from 'type-graphql';
import { CursorScalar } from './scalars.js';
import { UserError } from './user-error.type.js';

/** What every mutation answers beside what it was about. */
@ObjectType()
export abstract class Payload {
  @Field(() => [UserError], { description: 'Why it was refused; empty when it was not.' })
  userErrors!: UserError[];
}

/** What those answer whose change is an event of the journal. */
@ObjectType()
export abstract class RecordedPayload extends Payload {
  @Field(() => CursorScalar, {
    nullable: true,
    description: 'The place in the journal behind this change. Null when refused.',
  })
  cursor!: string | null;
}
