import { Field, ID, Int, ObjectType } from 'type-graphql';
import { Node } from './node.type.js';
import { CursorScalar, DateTimeScalar, JSONObjectScalar } from './scalars.js';

@ObjectType({
  implements: Node,
  description: 'One recorded event, as analytics sees it: the CloudEvents fields and the data.',
})
export class Event extends Node {
  @Field(() => ID, { description: 'A TypeID, `evt_…`. A repeated event keeps its id.' })
  override id!: string;

  @Field(() => String, { description: 'What happened, in the past tense, for example `message.accepted`.' })
  type!: string;

  @Field(() => Int, { description: "The version of the data's schema." })
  version!: number;

  @Field(() => String, { description: 'Where it came about, as a URI reference.' })
  source!: string;

  @Field(() => DateTimeScalar, { description: "When it happened: the provider's time, ours where it gives none." })
  time!: string;

  @Field(() => DateTimeScalar, { description: 'When it was recorded, by our clock.' })
  recordedAt!: string;

  @Field(() => Boolean, {
    description: 'Read out of an old webhook later on, by a newer adapter: it is no news, and nobody was notified.',
  })
  isReinterpreted!: boolean;

  @Field(() => String, { nullable: true, description: 'The id of what it is about.' })
  subject!: string | null;

  @Field(() => CursorScalar, { description: 'The place in the journal after this event.' })
  cursor!: string;

  @Field(() => ID, { nullable: true, description: 'The channel that it belongs to.' })
  channelId!: string | null;

  @Field(() => ID, { nullable: true, description: 'The conversation that it belongs to.' })
  conversationId!: string | null;

  @Field(() => ID, { nullable: true, description: 'The contact that it belongs to.' })
  contactId!: string | null;

  @Field(() => ID, { nullable: true, description: 'The message that it belongs to.' })
  messageId!: string | null;

  @Field(() => JSONObjectScalar, {
    description: "Its data, by the type's schema; personal content stands in `content`.",
  })
  data!: Record<string, unknown>;
}
