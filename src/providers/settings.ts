import { z } from 'zod';
import { accepted, refused, type Decision } from '../events/kernel/decision.js';
import type { SettingsRefusal } from './provider.js';

const SECRET_LENGTH_MAX = 4_096;
const ID_LENGTH_MAX = 255;

/** A secret, or a token: printable ASCII, for it stands in a header. Not checked for form beyond that. */
export const secret = z
  .string({ error: 'A text is needed.' })
  .min(1, { error: 'It must not be empty.' })
  .max(SECRET_LENGTH_MAX, { error: `At most ${SECRET_LENGTH_MAX} characters.` })
  .regex(/^[\x21-\x7e]+$/, { error: 'Printable ASCII without spaces.' });

/** The provider's id of something: printable, for it stands in a path. */
export const accountId = z
  .string({ error: 'A text is needed.' })
  .min(1, { error: 'It must not be empty.' })
  .max(ID_LENGTH_MAX, { error: `At most ${ID_LENGTH_MAX} characters.` })
  .regex(/^[\x21-\x7e]+$/, { error: 'Printable ASCII without spaces.' });

/** Another host than the provider's own. The administrator's choice: not guarded against private addresses. */
export const baseUrl = z
  .url({ protocol: /^https?$/, error: 'An absolute http or https URL.' })
  .max(2_048, { error: 'At most 2048 characters.' });

const NAMED_MAX = 10;
const NAME_LENGTH_MAX = 100;

/**
 * Reads a channel's settings by a strict schema.
 * @param schema `z.strictObject`: what it doesn't name is refused, and told what there is
 * @param before see `ProviderAdapter.parseSettings`
 */
export function parseSettingsBy<Settings extends object>(
  schema: z.ZodType<Settings> & { readonly shape: Readonly<Record<string, unknown>> },
  given: Readonly<Record<string, unknown>>,
  before?: Settings,
): Decision<Settings, SettingsRefusal> {
  const whole = Object.entries({ ...before, ...given }).filter(([, value]) => value !== null && value !== undefined);
  const parsed = schema.safeParse(Object.fromEntries(whole));
  if (parsed.success) return accepted(parsed.data);
  return refused(...parsed.error.issues.flatMap((issue) => refusalsOf(issue, Object.keys(schema.shape))));
}

function refusalsOf(issue: z.core.$ZodIssue, names: readonly string[]): SettingsRefusal[] {
  const path = issue.path.map(String);
  if (issue.code !== 'unrecognized_keys')
    return [{ field: path.length > 0 ? path : [names[0] ?? ''], message: issue.message }];
  const message =
    path.length > 0 ? 'There is no such setting.' : `There is no such setting. There are: ${names.join(', ')}.`;
  return issue.keys.slice(0, NAMED_MAX).map((key) => ({ field: [...path, key.slice(0, NAME_LENGTH_MAX)], message }));
}
