import { z } from 'zod';
import { graphId, graphSettings } from '../meta/settings.js';

export const whatsAppSettings = z.strictObject({
  /** Of the number that sends: Meta's id of it, and not the number itself. */
  phoneNumberId: graphId,
  /** Of the WhatsApp business account that the number belongs to. */
  wabaId: graphId.optional(),
  ...graphSettings,
});
export type WhatsAppSettings = z.infer<typeof whatsAppSettings>;
