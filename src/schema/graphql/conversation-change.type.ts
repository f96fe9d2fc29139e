import { Field, ObjectType, type ClassType } from 'type-graphql';
import { Conversation } from './conversation.type.js';
import { RecordedPayload } from './payload.type.js';

/** What each change of a conversation answers. */
export interface ConversationPayload extends RecordedPayload {
  conversation: Conversation | null;
}

function payloadOf(name: string, description: string): ClassType<ConversationPayload> {
  @ObjectType(`${name}Payload`, { description })
  class Payload extends RecordedPayload implements ConversationPayload {
    @Field(() => Conversation, { nullable: true, description: 'The conversation. Null when refused.' })
    conversation!: Conversation | null;
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
