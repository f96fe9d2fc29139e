import { z } from 'zod';
import type { EventEnvelope } from '../kernel/event.js';
import { sealable } from '../sealing.js';

const actorId = z.string().optional().describe("The customer's own id of who did it.");
const customersOwn = (whom: string) =>
  z.string().nullable().describe(`The customer's own id of the ${whom}; null: none.`);

const addressChange = z.object({
  from: z.string().describe('Which address it was until then.'),
  address: z.string().describe('Which one it is.'),
});

/** Keyed by the conversation (rule 8). */
export const conversationEventData = {
  'conversation.opened': sealable(
    'A channel and an address met for the first time.',
    {},
    z.object({ address: z.string().describe('How the platform knows the contact, e.g. a phone number in E.164.') }),
  ),
  'conversation.address_changed': sealable(
    'The platform knows the contact by another address from then on: a new number, a chat that was moved.',
    {},
    addressChange,
  ),
  'conversation.merged': sealable(
    'The contact went over to an address that has a conversation of its own: what would be sent here goes there.',
    { intoConversationId: z.string().describe('The conversation of the new address.') },
    addressChange,
  ),
  'conversation.absorbed': sealable('The contact of another conversation went over to the address of this one.', {
    fromConversationId: z.string().describe('The conversation of the address before.'),
  }),
  'conversation.read': sealable('The read mark moved: once for all agents, never back.', {
    upToMessageId: z.string().describe('The last message that is read.'),
    incomingCount: z.int().min(0).describe('How many incoming messages the conversation had up to and with that one.'),
  }),
  'conversation.closed': sealable('Nobody has to look after it any more, until the contact writes again.', { actorId }),
  'conversation.reopened': sealable(
    'Somebody looks after it again, and it is snoozed no longer. That the contact writes opens it without this event.',
    { actorId },
  ),
  'conversation.snoozed': sealable(
    'Put aside for some time. The time that passes, or the contact who writes, ends it.',
    {
      until: z.iso.datetime().describe('RFC 3339, UTC.'),
      actorId,
    },
  ),
  'conversation.assigned': sealable('It is the concern of somebody else by now, or of nobody.', {
    agentId: customersOwn('agent'),
    teamId: customersOwn('team'),
    actorId,
  }),
  'conversation.labels_changed': sealable('Labels were put on or taken off.', {
    added: z.array(z.string()).describe('Put on.'),
    removed: z.array(z.string()).describe('Taken off.'),
    actorId,
  }),
  'conversation.attributes_changed': sealable(
    "The customer's own attributes changed.",
    { actorId },
    z.object({
      attributes: z
        .record(z.string(), z.unknown())
        .describe('What changed: each name is replaced as a whole, and goes where the value is null. Others stay.'),
    }),
  ),
  'conversation.note_added': sealable(
    'An internal note for those who look after it. It is never sent.',
    {
      noteId: z.string().describe("The note's own id, `note_…`."),
      authorId: z.string().optional().describe("The customer's own id of who wrote it."),
    },
    z.object({ text: z.string().describe('What it says.') }),
  ),
};

type Data = typeof conversationEventData;
export type ConversationEventType = keyof Data;
export type ConversationEvent = {
  [Type in ConversationEventType]: EventEnvelope<Type, z.infer<Data[Type]>>;
}[ConversationEventType];
