import { z } from 'zod';
import { baseUrl, secret } from '../settings.js';

/** Headers that every call has by itself, or that frame it: a key in one of them would break the call. */
const TAKEN: ReadonlySet<string> = new Set([
  ...['content-type', 'content-length', 'content-encoding', 'transfer-encoding', 'host', 'connection'],
  ...['keep-alive', 'upgrade', 'expect', 'te', 'trailer', 'accept-encoding'],
]);
const KEY_HEADER = 'D360-API-KEY';

export const cbotSettings = z.strictObject({
  /** Which API CBOT gave: WhatsApp's old On-Premises API, or the Cloud API. */
  flavour: z.enum(['ON_PREMISES', 'CLOUD'], { error: 'Either ON_PREMISES or CLOUD.' }),
  /** As CBOT gave it, without `/v1`. */
  baseUrl,
  /** One for each number. */
  apiKey: secret,
  /** In which header the key stands. Default: D360-API-KEY. */
  apiKeyHeader: z
    .string({ error: 'A text is needed.' })
    .regex(/^[A-Za-z0-9-]{1,100}$/, { error: 'The name of a header: letters, digits and `-`.' })
    .refine((name) => !TAKEN.has(name.toLowerCase()), { error: 'This header has a meaning of its own.' })
    .optional(),
  /** What stands before the key, with a space between: `Bearer`. Default: nothing. */
  apiKeyPrefix: z
    .string({ error: 'A text is needed.' })
    .regex(/^[\x21-\x7e]{1,100}$/, { error: '1 to 100 characters: printable ASCII without spaces.' })
    .optional(),
  /** What CBOT shows with each webhook, as HTTP's Basic authentication. */
  webhookUsername: secret.regex(/^[^:]+$/, { error: 'A user name of Basic authentication has no `:`.' }),
  webhookPassword: secret,
  /** Of the WhatsApp business account; the On-Premises API names each template with it. */
  namespace: z
    .string({ error: 'A text is needed.' })
    .regex(/^[\x21-\x7e]{1,255}$/, { error: '1 to 255 characters: printable ASCII without spaces.' })
    .optional(),
});
export type CbotSettings = z.infer<typeof cbotSettings>;

/** Where calls go, and by whom they are made. */
export function accessOf({ baseUrl: place, apiKey, apiKeyHeader = KEY_HEADER, apiKeyPrefix }: CbotSettings) {
  const key = apiKeyPrefix === undefined ? apiKey : `${apiKeyPrefix} ${apiKey}`;
  return { baseUrl: place, headers: { [apiKeyHeader.toLowerCase()]: key } };
}

/** What CBOT is told to show, and shows. */
export const basicAuthOf = ({ webhookUsername, webhookPassword }: CbotSettings): string =>
  `Basic ${Buffer.from(`${webhookUsername}:${webhookPassword}`).toString('base64')}`;
