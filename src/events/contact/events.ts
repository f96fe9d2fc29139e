import { z } from 'zod';
import type { EventEnvelope } from '../kernel/event.js';
import { sealable } from '../sealing.js';

const displayName = z.string().describe('What the contact is called on the platform.');

const actorId = z.string().optional().describe("The customer's own id of who did it.");
const revision = z
  .int()
  .min(1)
  .describe('Rises with each change of this kind for the contact. The highest counts, wherever it stands.');

/** Keyed by the contact (rule 8). */
export const contactEventData = {
  'contact.created': sealable(
    'Somebody was written to, or wrote, for the first time.',
    {},
    z.object({
      address: z.string().describe('How the platform knows the contact, e.g. a phone number in E.164.'),
      displayName: displayName.optional(),
    }),
  ),
  'contact.address_added': sealable(
    'The platform knows the contact by another address as well: a new number, a chat that was moved.',
    {},
    z.object({ address: z.string().describe('How the platform knows the contact, e.g. a phone number in E.164.') }),
  ),
  'contact.profile_changed': sealable('The platform says another name than was known.', {}, z.object({ displayName })),
  'contact.blocked': sealable('Nothing is to be sent to the contact, by our own will.', { revision, actorId }),
  'contact.unblocked': sealable('The contact is no longer blocked.', { revision, actorId }),
  'contact.opted_out': sealable("Nothing is to be sent to the contact, by the contact's will.", { revision, actorId }),
  'contact.opted_in': sealable('The contact wants to be written to again.', { revision, actorId }),
  'contact.merged': sealable('The contact is the same person as another one, who is shown in its place.', {
    intoContactId: z.string().describe('Who is shown in its place.'),
    revision,
    actorId,
  }),
  'contact.absorbed': sealable('Another contact is the same person, and this one is shown in its place.', {
    fromContactId: z.string().describe('Who is no longer shown.'),
    actorId,
  }),
  'contact.attributes_changed': sealable(
    "The customer's own attributes changed.",
    { actorId },
    z.object({
      attributes: z
        .record(z.string(), z.unknown())
        .describe('What changed: each name is replaced as a whole, and goes where the value is null. Others stay.'),
    }),
  ),
};

type Data = typeof contactEventData;
export type ContactEventType = keyof Data;
export type ContactEvent = {
  [Type in ContactEventType]: EventEnvelope<Type, z.infer<Data[Type]>>;
}[ContactEventType];

/** What says who is shown in whose place, once under each key (rule 8). */
export type MergeEvent = Extract<ContactEvent, { type: 'contact.merged' | 'contact.absorbed' }>;

/** What decides whether anything may be sent to the contact. */
export type StandingEvent = Extract<
  ContactEvent,
  { type: 'contact.blocked' | 'contact.unblocked' | 'contact.opted_out' | 'contact.opted_in' }
>;
