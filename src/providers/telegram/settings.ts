import { z } from 'zod';
import { urlOf } from '../http-call.js';
import type { FilePlace } from '../media.js';
import { baseUrl, secret } from '../settings.js';

export const SECRET_TOKEN = /^[A-Za-z0-9_-]{1,256}$/;

export const telegramSettings = z.strictObject({
  /** As @BotFather gave it: `123456789:AA…`. Part of every path, so it must not be logged. */
  botToken: secret.regex(/^[\w:-]+$/, { error: 'Letters, digits, `:`, `_` and `-`.' }),
  /** What Telegram shows with each webhook. */
  secretToken: secret.regex(SECRET_TOKEN, { error: '1 to 256 letters, digits, `_` and `-`.' }),
  apiBaseUrl: baseUrl.optional(),
});
export type TelegramSettings = z.infer<typeof telegramSettings>;

const API_BASE_URL = 'https://api.telegram.org';

/** Where a file of the bot lies. The token is part of the path: no address of it leaves this process. */
export const filePlaceOf = ({ apiBaseUrl = API_BASE_URL, botToken }: TelegramSettings, path: string): FilePlace => {
  const steps = path.split('/').map(encodeURIComponent).join('/');
  return { url: urlOf({ baseUrl: apiBaseUrl, path: `/file/bot${botToken}/${steps}` }), baseUrl: apiBaseUrl };
};

/** Where a method of the bot is called. */
export const placeOf = ({ apiBaseUrl = API_BASE_URL, botToken }: TelegramSettings, method: string) => ({
  baseUrl: apiBaseUrl,
  method: 'POST' as const,
  path: `/bot${botToken}/${method}`,
  secrets: [botToken],
});
