import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { DateTimeScalar } from './scalars.js';

@ObjectType({ description: 'One change of the configuration. The event `audit.recorded`, as a list has it.' })
export class AuditEvent {
  @Field(() => ID, { description: 'The id of the event, `evt_…`.' })
  id!: string;

  @Field(() => String, { description: 'What was done, for example `api_key.revoke`. More kinds come with time.' })
  action!: string;

  @Field(() => ID, { nullable: true, description: 'The key that asked for it. Null: the operator, on the machine.' })
  actorId!: string | null;

  @Field(() => ID, { description: 'What it was done to.' })
  subjectId!: string;

  @Field(() => DateTimeScalar, { description: 'When.' })
  recordedAt!: string;
}

@InputType({ description: 'Which changes. All conditions must hold.' })
export class AuditEventFilter {
  @Field(() => [String], { nullable: true, description: 'Those of any of these actions; at most 100.' })
  actions?: string[] | null;

  @Field(() => ID, { nullable: true, description: 'Those that one key asked for.' })
  actorId?: string | null;

  @Field(() => ID, { nullable: true, description: 'Those of one key, channel or workspace.' })
  subjectId?: string | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Those at this time or later.' })
  from?: string | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Those before this time.' })
  to?: string | null;
}
