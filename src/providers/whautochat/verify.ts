import { isSecret } from '../authenticity.js';
import type { WebhookRequest } from '../provider.js';
import type { WhautochatSettings } from './settings.js';

export const SECRET_HEADER = 'x-webhook-secret';

/** The hook is the operator's own, and shows the secret of the channel. Without one nothing is taken. */
export const verify = (
  { headers }: WebhookRequest,
  { webhookSecret = '' }: WhautochatSettings,
): 'authentic' | 'forged' => (isSecret(headers[SECRET_HEADER], webhookSecret) ? 'authentic' : 'forged');
