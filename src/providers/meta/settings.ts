import { z } from 'zod';
import { baseUrl, secret } from '../settings.js';

/** What channels of all of Meta's products have in their settings. */
export const graphSettings = {
  /** Of a system user, a page or an account; where it ends, only an operator can make a new one. */
  accessToken: secret,
  /** What Meta signs webhooks with: the app's, which several channels may share. */
  appSecret: secret,
  /** What Meta shows when it asks whether the webhook's address is ours. */
  verifyToken: secret,
  apiVersion: z
    .string({ error: 'A text is needed.' })
    .regex(/^v\d{1,3}\.\d{1,2}$/, { error: 'A version of the Graph API, like v25.0.' })
    .optional(),
  apiBaseUrl: baseUrl.optional(),
};

/** An id of Meta's: digits. It stands in paths. */
export const graphId = z
  .string({ error: 'A text is needed.' })
  .regex(/^\d{1,64}$/, { error: 'The number that Meta shows as its id, as text.' });

/** What is needed to call the Graph API. */
export interface GraphAccount {
  readonly accessToken: string;
  readonly apiVersion?: string | undefined;
  readonly apiBaseUrl?: string | undefined;
}
