import { z } from 'zod';
import type { EventEnvelope } from '../kernel/event.js';
import { sealable } from '../sealing.js';

/** Keyed by the contact (rule 8). */
export const contactEventData = {
  /** Somebody was written to, or wrote, for the first time. */
  'contact.created': sealable({}, z.object({ address: z.string(), displayName: z.string().optional() })),
  /** The platform says another name than we knew. */
  'contact.profile_changed': sealable({}, z.object({ displayName: z.string() })),
};

type Data = typeof contactEventData;
export type ContactEventType = keyof Data;
export type ContactEvent = {
  [Type in ContactEventType]: EventEnvelope<Type, z.infer<Data[Type]>>;
}[ContactEventType];
