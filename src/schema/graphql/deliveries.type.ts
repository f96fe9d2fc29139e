import { Field, ObjectType } from 'type-graphql';
import { Conversation } from './conversation.type.js';
import { InboxUpdateKind, type InboxUpdateKindName } from './enums.js';
import { Event } from './event.type.js';
import { Message, StatusChange } from './message.type.js';
import { CursorScalar } from './scalars.js';

const CURSOR = 'The place in the journal after this: subscribe `after` it and miss nothing.';

@ObjectType({ description: 'A message joined its conversation.' })
export class MessageAdded {
  @Field(() => CursorScalar, { description: CURSOR })
  cursor!: string;

  @Field(() => Message, { description: 'The message, at the event or beyond it.' })
  message!: Message;
}

@ObjectType({ description: "A message's status moved." })
export class MessageStatusChanged {
  @Field(() => CursorScalar, { description: CURSOR })
  cursor!: string;

  @Field(() => Message, { description: 'The message, at the event or beyond it.' })
  message!: Message;

  @Field(() => StatusChange, { description: 'The change itself.' })
  change!: StatusChange;
}

@ObjectType({ description: 'A conversation changed.' })
export class ConversationUpdated {
  @Field(() => CursorScalar, { description: CURSOR })
  cursor!: string;

  @Field(() => Conversation, { description: 'The conversation, at the event or beyond it.' })
  conversation!: Conversation;
}

@ObjectType({ description: 'One change in an inbox.' })
export class InboxUpdated {
  @Field(() => CursorScalar, { description: CURSOR })
  cursor!: string;

  @Field(() => InboxUpdateKind, { description: 'What changed.' })
  kind!: InboxUpdateKindName;

  @Field(() => Conversation, { description: 'The conversation, at the event or beyond it.' })
  conversation!: Conversation;

  @Field(() => Message, { nullable: true, description: 'The message that was added or changed.' })
  message!: Message | null;

  @Field(() => StatusChange, {
    nullable: true,
    description: 'The change, when the status moved (also with MESSAGE_ADDED: its first).',
  })
  change!: StatusChange | null;
}

@ObjectType({ description: 'An event was recorded.' })
export class EventPublished {
  @Field(() => CursorScalar, { description: CURSOR })
  cursor!: string;

  @Field(() => Event, { description: 'The event.' })
  event!: Event;
}
