import { Field, ObjectType, type ClassType } from 'type-graphql';
import { Conversation } from './conversation.type.js';
import { CursorScalar } from './scalars.js';
import { UserError } from './user-error.type.js';

/** What each change of a conversation answers. */
export interface ConversationPayload {
  conversation: Conversation | null;
  userErrors: UserError[];
  cursor: string | null;
}

function payloadOf(name: string, description: string): ClassType<ConversationPayload> {
  @ObjectType(`${name}Payload`, { description })
  class Payload implements ConversationPayload {
    @Field(() => Conversation, { nullable: true, description: 'The conversation. Null when refused.' })
    conversation!: Conversation | null;

    @Field(() => [UserError], { description: 'Why it was refused; empty when it was not.' })
    userErrors!: UserError[];

    @Field(() => CursorScalar, {
      nullable: true,
      description: 'The place in the journal behind this change. Null when refused.',
    })
    cursor!: string | null;
  }
  return Payload;
}

export const CloseConversationPayload = payloadOf('CloseConversation', 'The conversation, closed.');
export const OpenConversationPayload = payloadOf('OpenConversation', 'The conversation, open.');
export const SnoozeConversationPayload = payloadOf('SnoozeConversation', 'The conversation, put aside.');
export const AssignConversationPayload = payloadOf('AssignConversation', 'The conversation with its assignee.');
export const LabelConversationPayload = payloadOf('LabelConversation', 'The conversation with its labels.');
export const UnlabelConversationPayload = payloadOf('UnlabelConversation', 'The conversation with its labels.');
export const SetConversationAttributesPayload = payloadOf(
  'SetConversationAttributes',
  'The conversation with its attributes.',
);
