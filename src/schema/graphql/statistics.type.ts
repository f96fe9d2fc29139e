import { Field, Float, ID, Int, ObjectType } from 'type-graphql';
import type { ProviderKind as Provider } from '../../events/channel/events.js';
import type { FailureCode as Failure, MessageCategory as Category } from '../../events/message/events.js';
import type { MessageStatus as Status } from '../../events/message/state.js';
import { FailureCode, MessageCategory, MessageStatus, ProviderKind } from './enums.js';
import { DateTimeScalar } from './scalars.js';

@ObjectType({ description: 'How long something took, of those messages that came so far.' })
export class DurationStatistics {
  @Field(() => Int, { description: 'Of how many messages.' })
  count!: number;

  @Field(() => Float, { description: 'Half of them took no longer, in milliseconds.' })
  medianMs!: number;

  @Field(() => Float, { description: '95 % of them took no longer, in milliseconds.' })
  p95Ms!: number;
}

@ObjectType({ description: 'Counts of outgoing messages that were accepted in one span of time, as they stand now.' })
export class MessageStatistics {
  @Field(() => DateTimeScalar, { description: 'When the span begins.' })
  start!: Date;

  @Field(() => ID, { nullable: true, description: 'Through which channel. Null unless asked for by CHANNEL.' })
  channelId!: string | null;

  @Field(() => ProviderKind, { nullable: true, description: 'By which provider. Null unless asked for by PROVIDER.' })
  provider!: Provider | null;

  @Field(() => MessageStatus, { nullable: true, description: 'Where they stand. Null unless asked for by STATUS.' })
  status!: Status | null;

  @Field(() => MessageCategory, {
    nullable: true,
    description: 'What they are for. Null for those of which nobody said it, and unless asked for by CATEGORY.',
  })
  category!: Category | null;

  @Field(() => FailureCode, {
    nullable: true,
    description: 'Why they failed. Null for those that did not, and unless asked for by FAILURE_CODE.',
  })
  failureCode!: Failure | null;

  @Field(() => Int, { description: 'How many.' })
  count!: number;

  @Field(() => DurationStatistics, { nullable: true, description: 'From acceptance until sent. Null: none was.' })
  timeToSent!: DurationStatistics | null;

  @Field(() => DurationStatistics, { nullable: true, description: 'From acceptance until delivered. Null: none was.' })
  timeToDelivered!: DurationStatistics | null;

  @Field(() => DurationStatistics, { nullable: true, description: 'From acceptance until read. Null: none was.' })
  timeToRead!: DurationStatistics | null;
}
