import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import type { MessageDirection as Direction } from '../../events/message/state.js';
import { PageInfo } from './connection.type.js';
import { MessageDirection } from './enums.js';
import { Message } from './message.type.js';

@InputType({ description: 'Among which messages to search. All conditions must hold.' })
export class MessageSearchFilter {
  @Field(() => ID, { nullable: true, description: 'Those of one conversation.' })
  conversationId?: string | null;

  @Field(() => [ID], { nullable: true, description: 'Those of any of these channels; at most 100.' })
  channelIds?: string[] | null;

  @Field(() => MessageDirection, { nullable: true, description: 'Those that went one way.' })
  direction?: Direction | null;
}

@ObjectType({ description: 'A piece of a passage.' })
export class SnippetPiece {
  @Field(() => String, { description: 'Its words: plain text, without what looks like markup.' })
  text!: string;

  @Field(() => Boolean, { description: 'Whether it is what was looked for.' })
  isMatch!: boolean;
}

@ObjectType({ description: 'One message that was found.' })
export class MessageSearchEdge {
  @Field(() => String, { description: 'The place in the list, for `after` and `before`.' })
  cursor!: string;

  @Field(() => Message, { description: 'The message.' })
  node!: Message;

  @Field(() => [SnippetPiece], { description: 'A passage around what was found, in its order.' })
  snippet!: readonly SnippetPiece[];
}

@ObjectType({ description: 'A page of messages that were found.' })
export class MessageSearchConnection {
  @Field(() => [MessageSearchEdge], { description: 'The items with their places.' })
  edges!: readonly MessageSearchEdge[];

  @Field(() => [Message], { description: 'The items alone.' })
  nodes!: readonly Message[];

  @Field(() => PageInfo, { description: 'Where the page lies.' })
  pageInfo!: PageInfo;

  @Field(() => Int, { nullable: true, description: 'How many there are in all. Null where counting would scan.' })
  totalCount!: number | null;
}
