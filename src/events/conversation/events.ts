import { z } from 'zod';
import type { EventEnvelope } from '../kernel/event.js';
import { sealable } from '../sealing.js';

/** Keyed by the conversation (rule 8). */
export const conversationEventData = {
  'conversation.opened': sealable(
    'A channel and an address met for the first time.',
    {},
    z.object({ address: z.string().describe('How the platform knows the contact, e.g. a phone number in E.164.') }),
  ),
  'conversation.read': sealable('The read mark moved: once for all agents, never back.', {
    upToMessageId: z.string().describe('The last message that is read.'),
    incomingCount: z.int().min(0).describe('How many incoming messages the conversation had up to and with that one.'),
  }),
};

type Data = typeof conversationEventData;
export type ConversationEventType = keyof Data;
export type ConversationEvent = {
  [Type in ConversationEventType]: EventEnvelope<Type, z.infer<Data[Type]>>;
}[ConversationEventType];
