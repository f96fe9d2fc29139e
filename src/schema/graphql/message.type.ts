import { Field, ID, Int, ObjectType } from 'type-graphql';
import type { Vector } from '../../events/kernel/cursor.js';
import type { FailureCode as Code, MessageCategory as Category } from '../../events/message/events.js';
import type { MessageState, MessageStatus as Status } from '../../events/message/state.js';
import type { Moment } from '../../events/queries/finders.js';
import { MessageContent } from './content.type.js';
import { FailureCode, MessageAuthor, MessageCategory, MessageDirection, MessageStatus } from './enums.js';
import { Node } from './node.type.js';
import { DateTimeScalar, JSONObjectScalar } from './scalars.js';

@ObjectType({
  description: "Why a message failed. `message` is ours, for people; the provider's own words are beside it.",
})
export class MessageFailure {
  @Field(() => FailureCode, { description: 'Why, the same for all providers.' })
  code!: Code;

  @Field(() => String, { description: 'Why, for people.' })
  message!: string;

  @Field(() => Boolean, { description: 'Whether sending the same again may succeed.' })
  isRetryable!: boolean;

  @Field(() => String, { nullable: true, description: "The provider's own code." })
  providerCode!: string | null;

  @Field(() => String, { nullable: true, description: "The provider's own words." })
  providerMessage!: string | null;
}

@ObjectType({ description: 'One change of status that an event told, whether it moved the status or came late.' })
export class StatusChange {
  @Field(() => MessageStatus, { description: 'The status that was told.' })
  status!: Status;

  @Field(() => Int, { description: 'Which attempt it belongs to, from 1.' })
  attempt!: number;

  @Field(() => DateTimeScalar, { description: "The provider's time, ours where it gives none." })
  occurredAt!: string;

  @Field(() => DateTimeScalar, { description: 'When it was recorded, by our clock.' })
  recordedAt!: string;

  @Field(() => MessageFailure, { nullable: true, description: 'Why, with a status that says failed.' })
  failure!: MessageFailure | null;

  @Field(() => ID, { description: 'The event that told it.' })
  eventId!: string;
}

@ObjectType({ description: 'An emoji that somebody put on a message.' })
export class Reaction {
  @Field(() => String, { description: 'The emoji.' })
  emoji!: string;

  @Field(() => MessageAuthor, { description: 'Who put it there.' })
  author!: keyof typeof MessageAuthor;

  @Field(() => String, { nullable: true, description: 'Your own id of the agent or bot that did.' })
  authorId!: string | null;

  @Field(() => ID, { nullable: true, description: "The reaction's own message, if it has one." })
  messageId!: string | null;

  @Field(() => DateTimeScalar, { description: "The provider's time, ours where it gives none." })
  occurredAt!: string;
}

@ObjectType({ implements: Node, description: 'One message, incoming or outgoing.' })
export class Message extends Node {
  /** What its other fields are resolved from. */
  state!: MessageState;
  /** Of a message that was just sent: what is reached through it waits until the projection has passed this. */
  readAfter!: Vector | undefined;
  /** Of one that was reached as of a moment: so is all that is reached through it. */
  asOf!: Moment | undefined;

  @Field(() => ID, { description: 'A TypeID, `msg_…`.' })
  override id!: string;

  @Field(() => MessageDirection, { description: 'Which way it went.' })
  direction!: keyof typeof MessageDirection;

  @Field(() => MessageAuthor, { description: 'Who wrote it.' })
  author!: keyof typeof MessageAuthor;

  @Field(() => String, { nullable: true, description: 'Your own id of the agent or bot that sent it.' })
  authorId!: string | null;

  @Field(() => MessageContent, { description: 'What it says.' })
  content!: MessageContent;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When its author last changed `content`. Null: never. What it said before stands in the events.',
  })
  editedAt!: string | null;

  @Field(() => MessageStatus, {
    description:
      'Moves forward only, except that a resend begins a new attempt and an unknown outcome may be settled to PROCESSING.',
  })
  status!: Status;

  @Field(() => DateTimeScalar, { description: 'When the change to `status` occurred.' })
  statusAt!: string;

  @Field(() => MessageFailure, { nullable: true, description: 'Why, with a status that says failed.' })
  failure!: MessageFailure | null;

  @Field(() => [String], { description: 'One for each part the provider made of it.' })
  providerMessageIds!: readonly string[];

  @Field(() => String, { nullable: true, description: 'Yours.' })
  reference!: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Which kind of content it was, as `ContentInput` names it, before the plain form that the channel carries was made of it. Null: it goes as it was given.',
  })
  degradedFrom!: string | null;

  @Field(() => MessageCategory, { nullable: true, description: 'What it is for, where its sender said so.' })
  category!: Category | null;

  @Field(() => String, { nullable: true, description: 'The key that it was sent with.' })
  idempotencyKey!: string | null;

  @Field(() => JSONObjectScalar, { nullable: true, description: 'Yours.' })
  metadata!: Readonly<Record<string, unknown>> | null;

  @Field(() => JSONObjectScalar, {
    nullable: true,
    description: "The provider's, beyond the content: referral, order, forwarding.",
  })
  providerData!: Readonly<Record<string, unknown>> | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When it is, or was, to be sent. Null for one that was to be sent at once.',
  })
  scheduledAt!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Order within its conversation, compared as text. Null while it is scheduled.',
  })
  sortKey!: string | null;

  @Field(() => DateTimeScalar, {
    description: "When the contact wrote it by the provider's clock, or when it was accepted.",
  })
  createdAt!: string;

  @Field(() => DateTimeScalar, {
    description: 'Never goes back: of two answers about one message the later is the newer.',
  })
  updatedAt!: string;
}
