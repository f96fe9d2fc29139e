import { isSecret } from '../authenticity.js';
import type { WebhookRequest } from '../provider.js';
import type { TelegramSettings } from './settings.js';

export const SECRET_HEADER = 'x-telegram-bot-api-secret-token';

/** Telegram signs nothing: it shows the secret that `setWebhook` told it. */
export const verify = ({ headers }: WebhookRequest, { secretToken }: TelegramSettings): 'authentic' | 'forged' =>
  isSecret(headers[SECRET_HEADER], secretToken) ? 'authentic' : 'forged';
