import { z } from 'zod';
import { accountId, baseUrl, secret } from '../settings.js';

/** What a refresh takes, and only whole. */
const REFRESHING = ['clientId', 'secretId', 'refreshToken'] as const;

export const botmakerSettings = z
  .strictObject({
    /** As `GET /channels` lists it: `shop-whatsapp-31200000000`; or the bare line, or the platform's own id. */
    channelId: accountId,
    /** A JWT, which stands in a header of every call. */
    accessToken: secret,
    /** What Botmaker shows with each webhook: its console calls it the security token. */
    webhookToken: secret,
    clientId: accountId.optional(),
    secretId: secret.optional(),
    refreshToken: secret.optional(),
    apiBaseUrl: baseUrl.optional(),
  })
  .superRefine((given, context) => {
    const missing = REFRESHING.filter((name) => given[name] === undefined);
    if (missing.length === 0 || missing.length === REFRESHING.length) return;
    const message = `${REFRESHING.join(', ')} belong together: a refresh takes all of them.`;
    for (const name of missing) context.addIssue({ code: 'custom', path: [name], message });
  });
export type BotmakerSettings = z.infer<typeof botmakerSettings>;

const API_BASE_URL = 'https://api.botmaker.com';

/** Where a path of the API lies, and who asks. */
export const placeOf = ({ apiBaseUrl = API_BASE_URL, accessToken }: BotmakerSettings, path: string) => ({
  baseUrl: apiBaseUrl,
  path: `/v2.0${path}`,
  headers: { 'access-token': accessToken },
});

/** Names of platforms as Botmaker writes them into a channel's id: `{project}-{platform}-{id there}`. */
const IN_PROJECT = /^.+-(?:whatsapp|messenger|instagram|telegram|webchat)-(.+)$/;

/**
 * One spelling for a channel's id: the id on its platform, which is what it may be called by alone. Undefined: a Telegram
 * bot's token, which webhooks never spell.
 */
export function accountOf(channelId: string): string | undefined {
  if (channelId.includes(':')) return undefined;
  const bare = IN_PROJECT.exec(channelId)?.[1] ?? channelId;
  return bare.replace(/^\+/, '').toLowerCase();
}
