import { Field, ID, InputType } from 'type-graphql';
import { DateTimeScalar, JSONObjectScalar } from './scalars.js';

@InputType()
abstract class ConversationChangeInput {
  @Field(() => ID, { description: 'The conversation.' })
  conversationId!: string;

  @Field(() => String, { nullable: true, description: 'Your own id of who does it: for the record.' })
  actorId?: string | null;
}

@InputType({ description: 'A conversation that is done.' })
export class CloseConversationInput extends ConversationChangeInput {}

@InputType({ description: 'A conversation to look after again.' })
export class OpenConversationInput extends ConversationChangeInput {}

@InputType({ description: 'A conversation to put aside for some time.' })
export class SnoozeConversationInput extends ConversationChangeInput {
  @Field(() => DateTimeScalar, { description: 'Until when: in the future, and at most 366 days ahead.' })
  until!: string;
}

@InputType({ description: 'Whose concern a conversation is from now on. Neither: nobody’s.' })
export class AssignConversationInput extends ConversationChangeInput {
  @Field(() => String, { nullable: true, description: 'Your own id of the agent, 1 to 255 characters. Null: none.' })
  agentId?: string | null;

  @Field(() => String, { nullable: true, description: 'Your own id of the team, 1 to 255 characters. Null: none.' })
  teamId?: string | null;
}

@InputType({ description: 'Labels to put on a conversation.' })
export class LabelConversationInput extends ConversationChangeInput {
  @Field(() => [String], {
    description: '1 to 100 characters each. A conversation has at most 50; those that are on it stay.',
  })
  labels!: string[];
}

@InputType({ description: 'Labels to take off a conversation.' })
export class UnlabelConversationInput extends ConversationChangeInput {
  @Field(() => [String], { description: 'Those that are not on it are passed over.' })
  labels!: string[];
}

@InputType({ description: 'Attributes of a conversation to change.' })
export class SetConversationAttributesInput extends ConversationChangeInput {
  @Field(() => JSONObjectScalar, {
    description:
      'Each name is replaced as a whole, and goes where its value is null; others stay. At most 100 names, and 16,384 bytes as JSON, in all.',
  })
  attributes!: Record<string, unknown>;
}
