import { z } from 'zod';
import type { EventEnvelope } from '../kernel/event.js';
import { sealable } from '../sealing.js';

/** Keyed by the conversation (rule 8). */
export const conversationEventData = {
  /** A channel and an address met for the first time. */
  'conversation.opened': sealable({}, z.object({ address: z.string() })),
  /** The read mark moved: once for all agents, never back. */
  'conversation.read': sealable({
    upToMessageId: z.string(),
    /** How many incoming messages the conversation had up to and with that one. */
    incomingCount: z.int().min(0),
  }),
};

type Data = typeof conversationEventData;
export type ConversationEventType = keyof Data;
export type ConversationEvent = {
  [Type in ConversationEventType]: EventEnvelope<Type, z.infer<Data[Type]>>;
}[ConversationEventType];
