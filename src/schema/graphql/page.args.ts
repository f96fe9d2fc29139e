import { ArgsType, Field, Int } from 'type-graphql';

@ArgsType()
export class PageArgs {
  @Field(() => Int, { nullable: true, description: 'How many from the front: 25 if not said, at most 100.' })
  first?: number | null;

  @Field(() => String, { nullable: true, description: 'Only what follows this page cursor.' })
  after?: string | null;

  @Field(() => Int, { nullable: true, description: 'How many from the back: at most 100. Not together with `first`.' })
  last?: number | null;

  @Field(() => String, { nullable: true, description: 'Only what precedes this page cursor.' })
  before?: string | null;
}
