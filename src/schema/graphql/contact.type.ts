import { Field, ID, ObjectType } from 'type-graphql';
import type { ChannelId } from '../../events/kernel/ids.js';
import type { Moment } from '../../events/queries/finders.js';
import { Node } from './node.type.js';
import { DateTimeScalar, JSONObjectScalar } from './scalars.js';

@ObjectType({ description: 'An address of a contact on a channel.' })
export class ContactAddress {
  /** What `channel` is resolved from. */
  channelId!: ChannelId;

  @Field(() => String, { description: "The platform's own spelling, for example a phone number." })
  address!: string;
}

@ObjectType({ implements: Node, description: 'Somebody on the other side.' })
export class Contact extends Node {
  /** Of one that was reached as of a moment: so is all that is reached through it. */
  asOf!: Moment | undefined;

  @Field(() => ID, { description: 'A TypeID, `cont_…`.' })
  override id!: string;

  @Field(() => String, { nullable: true, description: 'The name as the platform tells it.' })
  displayName!: string | null;

  @Field(() => [ContactAddress], { description: 'Where the contact can be reached.' })
  addresses!: ContactAddress[];

  @Field(() => JSONObjectScalar, { description: 'Your own attributes of the contact.' })
  attributes!: Readonly<Record<string, unknown>>;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'Since when nothing may be sent, for the contact is blocked here. Null: not blocked.',
  })
  blockedAt!: string | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'Since when nothing may be sent, for the contact wants nothing. Null: not opted out.',
  })
  optedOutAt!: string | null;

  @Field(() => [ID], {
    description: 'Who is shown in this one’s place no longer by itself: each of these ids answers this contact.',
  })
  mergedContactIds!: readonly string[];

  @Field(() => DateTimeScalar, { description: 'When the contact was first met.' })
  createdAt!: string;
}
