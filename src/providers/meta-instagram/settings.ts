import { z } from 'zod';
import { graphId, graphSettings } from '../meta/settings.js';

export const instagramSettings = z.strictObject({
  /** Of the professional account, as webhooks name it. */
  accountId: graphId,
  /** How the app came to its token: by Instagram's own login, or by the page that the account is linked to. */
  login: z.enum(['INSTAGRAM', 'PAGE'], { error: 'INSTAGRAM or PAGE.' }).optional(),
  ...graphSettings,
});
export type InstagramSettings = z.infer<typeof instagramSettings>;
