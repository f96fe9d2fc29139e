import { Field, Int, ObjectType } from 'type-graphql';
import type { UserErrorCode as Code } from '../../events/commands/commands.js';
import { UserErrorCode } from './enums.js';

@ObjectType({ description: 'A typed refusal: the input cannot be carried out, and nothing was done.' })
export class UserError {
  @Field(() => UserErrorCode, { description: 'Why, for programs.' })
  code!: Code;

  @Field(() => String, { description: 'Why, and what would help, for people.' })
  message!: string;

  @Field(() => [String], { nullable: true, description: 'The path into the input, indices as text.' })
  field!: readonly string[] | null;

  @Field(() => Int, { nullable: true, description: 'When waiting helps: for how long, in milliseconds.' })
  retryAfterMs!: number | null;
}
