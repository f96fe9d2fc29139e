import { isBasicAuth } from '../authenticity.js';
import type { WebhookRequest } from '../provider.js';
import type { CbotSettings } from './settings.js';

/** The secret itself stands in it. */
export const SECRET_HEADER = 'authorization';

/** CBOT signs nothing, for Meta's app is the partner's: it shows the user and the password that it was told. */
export const verify = (
  { headers }: WebhookRequest,
  { webhookUsername, webhookPassword }: CbotSettings,
): 'authentic' | 'forged' =>
  isBasicAuth(headers[SECRET_HEADER], webhookUsername, webhookPassword) ? 'authentic' : 'forged';
