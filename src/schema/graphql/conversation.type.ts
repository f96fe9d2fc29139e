import { Field, ID, Int, ObjectType } from 'type-graphql';
import type { WholeConversation } from '../../events/conversation/combine.js';
import type { ConversationStatus as Status } from '../../events/conversation/state.js';
import type { Moment } from '../../events/queries/finders.js';
import { ConversationStatus } from './enums.js';
import { Node } from './node.type.js';
import { DateTimeScalar, JSONObjectScalar } from './scalars.js';

@ObjectType({
  description:
    'For how long anything may be sent. Unknown counts as closed here; `sendMessage` asks the provider before it refuses.',
})
export class ServiceWindow {
  @Field(() => Boolean, { description: 'Whether it is open now; with `asOf`: whether it was then.' })
  isOpen!: boolean;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When it closes or closed. Null: never opened, or permanent.',
  })
  expiresAt!: string | null;

  @Field(() => Boolean, { description: 'Whether this platform never closes it.' })
  isPermanent!: boolean;
}

@ObjectType({ description: 'Whose concern a conversation is, by your own ids.' })
export class Assignee {
  @Field(() => String, { nullable: true, description: 'Your own id of the agent.' })
  agentId!: string | null;

  @Field(() => String, { nullable: true, description: 'Your own id of the team.' })
  teamId!: string | null;
}

@ObjectType({
  implements: Node,
  description: 'The one thread between a channel and an address. It is closed and reopened, never made twice.',
})
export class Conversation extends Node {
  /** What its other fields are resolved from. */
  state!: WholeConversation;
  /** Of one that was asked for as of a moment: so is all that is reached through it. */
  asOf!: Moment | undefined;

  @Field(() => ID, { description: 'A TypeID, `conv_…`.' })
  override id!: string;

  @Field(() => String, { nullable: true, description: "The contact's address in this thread. Null once erased." })
  address!: string | null;

  @Field(() => ConversationStatus, { description: 'Whether it is in progress.' })
  status!: Status;

  @Field(() => Assignee, { nullable: true, description: 'Whose concern it is. Null: nobody’s.' })
  assignee!: Assignee | null;

  @Field(() => [String], { description: 'Its labels, sorted.' })
  labels!: readonly string[];

  @Field(() => JSONObjectScalar, { description: 'Your own attributes of it.' })
  attributes!: Readonly<Record<string, unknown>>;

  @Field(() => Int, { description: 'Incoming messages after the read mark. One mark for all agents.' })
  unreadCount!: number;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description:
      'When the contact first wrote of what nobody has answered, or closed, since. Whatever is sent answers. Null: nobody waits.',
  })
  waitingSince!: string | null;

  @Field(() => DateTimeScalar, { description: 'When something last happened in it.' })
  lastActivityAt!: string;

  @Field(() => DateTimeScalar, { description: 'When the first message was written.' })
  createdAt!: string;
}

@ObjectType({ description: 'How many open conversations are the concern of somebody.' })
export class AssigneeCount {
  @Field(() => Assignee, { description: 'Whose.' })
  assignee!: Assignee;

  @Field(() => Int, { description: 'How many open ones.' })
  open!: number;
}

@ObjectType({ description: 'How many conversations there are. Those that are put aside count as open.' })
export class ConversationCounts {
  @Field(() => Int, { description: 'Open ones.' })
  open!: number;

  @Field(() => Int, { description: 'Closed ones.' })
  closed!: number;

  @Field(() => Int, { description: 'Open ones that are nobody’s.' })
  unassigned!: number;

  @Field(() => [AssigneeCount], {
    description: 'Open ones by whose concern they are, the most first: at most 100 agents and teams.',
  })
  assignees!: AssigneeCount[];
}
