import { isSecret } from '../authenticity.js';
import type { WebhookRequest } from '../provider.js';
import type { BotmakerSettings } from './settings.js';

export const TOKEN_HEADER = 'auth-bm-token';

/** Botmaker signs nothing: it shows the token that its console was given. */
export const verify = ({ headers }: WebhookRequest, { webhookToken }: BotmakerSettings): 'authentic' | 'forged' =>
  isSecret(headers[TOKEN_HEADER], webhookToken) ? 'authentic' : 'forged';
