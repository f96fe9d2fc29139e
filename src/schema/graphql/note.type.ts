import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { RecordedPayload } from './payload.type.js';
import { DateTimeScalar } from './scalars.js';

@ObjectType({ description: 'An internal note beside a conversation. It is never sent, and no contact sees it.' })
export class Note {
  @Field(() => ID, { description: 'A TypeID, `note_…`.' })
  id!: string;

  @Field(() => String, { nullable: true, description: 'What it says. Null once erased.' })
  text!: string | null;

  @Field(() => String, { nullable: true, description: 'Your own id of who wrote it.' })
  authorId!: string | null;

  @Field(() => DateTimeScalar, { description: 'When it was written.' })
  createdAt!: string;
}

@InputType({ description: 'A note for those who look after a conversation.' })
export class AddNoteInput {
  @Field(() => ID, { description: 'The conversation.' })
  conversationId!: string;

  @Field(() => String, { description: 'What it says: 1 to 10,000 characters.' })
  text!: string;

  @Field(() => String, { nullable: true, description: 'Your own id of who writes it.' })
  authorId?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Whoever repeats the same words with the same key adds no second note.',
  })
  idempotencyKey?: string | null;
}

@ObjectType({ description: 'The note.' })
export class AddNotePayload extends RecordedPayload {
  @Field(() => Note, { nullable: true, description: 'The note as recorded. Null when refused.' })
  note!: Note | null;
}
