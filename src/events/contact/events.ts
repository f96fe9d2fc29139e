import { z } from 'zod';
import type { EventEnvelope } from '../kernel/event.js';
import { sealable } from '../sealing.js';

const displayName = z.string().describe('What the contact is called on the platform.');

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
  'contact.profile_changed': sealable('The platform says another name than was known.', {}, z.object({ displayName })),
};

type Data = typeof contactEventData;
export type ContactEventType = keyof Data;
export type ContactEvent = {
  [Type in ContactEventType]: EventEnvelope<Type, z.infer<Data[Type]>>;
}[ContactEventType];
