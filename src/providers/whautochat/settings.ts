import { z } from 'zod';
import { accountId, baseUrl, secret } from '../settings.js';

/** What stands at the root of a body by itself: a parameter of such a name would take its place. */
const TAKEN: ReadonlySet<string> = new Set(['contact', 'recepient', 'workspace', 'template', 'scheduleDateTime']);
const PARAMETERS_MAX = 100;

const rootField = z
  .string({ error: 'A text is needed.' })
  .regex(/^[A-Za-z_][\w-]{0,99}$/, { error: 'The name of a field: letters, digits, `_` and `-`.' })
  .refine((name) => !TAKEN.has(name), { error: 'This field has a meaning of its own.' });

export const whautochatSettings = z.strictObject({
  workspaceId: accountId,
  apiKey: secret,
  /** What an operator's own hook shows with each webhook. Absent: nothing comes in. */
  webhookSecret: secret.optional(),
  /** How a template is named: by its name alone, or with its language. Default: object. */
  templateFormat: z.enum(['object', 'string'], { error: 'Either object or string.' }).optional(),
  /** Under which field of the body each parameter of a template goes: `{"1": "name", "HEADER.1": "image"}`. */
  templateParameters: z
    .record(z.string().min(1).max(200), rootField, { error: 'An object is needed: key to field.' })
    .refine((map) => Object.keys(map).length <= PARAMETERS_MAX, { error: `At most ${PARAMETERS_MAX} parameters.` })
    .optional(),
  apiBaseUrl: baseUrl.optional(),
});
export type WhautochatSettings = z.infer<typeof whautochatSettings>;

const API_BASE_URL = 'https://api.whauto.chat';

/** Where a call goes, and by whom it is made. */
export const accessOf = ({ apiBaseUrl = API_BASE_URL, apiKey }: WhautochatSettings) => ({
  baseUrl: apiBaseUrl,
  headers: { 'x-api-key': apiKey },
});
