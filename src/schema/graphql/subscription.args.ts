import { ArgsType, Field, ID } from 'type-graphql';
import { EventFilter } from './filters.input.js';
import { CursorScalar } from './scalars.js';

const AFTER = 'First everything that follows this place in the journal, then live. Without it: from now.';

@ArgsType()
export class InboxArgs {
  @Field(() => ID, { nullable: true, description: 'Only this conversation.' })
  conversationId?: string | null;

  @Field(() => ID, { nullable: true, description: 'Only conversations of this channel.' })
  channelId?: string | null;

  @Field(() => CursorScalar, { nullable: true, description: AFTER })
  after?: string | null;
}

@ArgsType()
export class MessageStatusArgs extends InboxArgs {
  @Field(() => ID, { nullable: true, description: 'Only this message.' })
  messageId?: string | null;
}

@ArgsType()
export class EventArgs {
  @Field(() => EventFilter, { nullable: true, description: 'Which events.' })
  filter?: EventFilter | null;

  @Field(() => CursorScalar, { nullable: true, description: AFTER })
  after?: string | null;
}
