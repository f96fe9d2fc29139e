import { z } from 'zod';
import { accepted, refused, type Decision } from '../events/kernel/decision.js';
import type { SettingsRefusal } from './provider.js';

const SECRET_LENGTH_MAX = 4_096;
const ID_LENGTH_MAX = 255;

/** Secrets are known by this check: whatever a schema adds to `secret`, it stays. */
const asSecret = z.regex(/^[\x21-\x7e]+$/, { error: 'Printable ASCII without spaces.', abort: true });
/** And places that secrets are sent to, by this one. */
const asPlace = z.maxLength(2_048, { error: 'At most 2048 characters.' });

/**
 * A secret, or a token: printable ASCII, for it stands in a header. Not checked for form beyond that. It goes to no other
 * host than it was given for: see `parseSettingsBy`.
 */
export const secret = z
  .string({ error: 'A text is needed.' })
  .min(1, { error: 'It must not be empty.' })
  .max(SECRET_LENGTH_MAX, { error: `At most ${SECRET_LENGTH_MAX} characters.` })
  .check(asSecret);

/** The provider's id of something: printable, for it stands in a path. */
export const accountId = z
  .string({ error: 'A text is needed.' })
  .min(1, { error: 'It must not be empty.' })
  .max(ID_LENGTH_MAX, { error: `At most ${ID_LENGTH_MAX} characters.` })
  .regex(/^[\x21-\x7e]+$/, { error: 'Printable ASCII without spaces.' });

/** Another host than the provider's own. The administrator's choice: not guarded against private addresses. */
export const baseUrl = z
  .url({ protocol: /^https?$/, error: 'An absolute http or https URL.' })
  // What is called is written behind it.
  .regex(/^[^?#]*$/, { error: 'Without a query: paths follow it.' })
  .check(asPlace);

const NAMED_MAX = 10;
const NAME_LENGTH_MAX = 100;

type Shape = Readonly<Record<string, unknown>>;

/**
 * Reads a channel's settings by a strict schema. A change that moves a `baseUrl` to another origin must give anew every
 * `secret` that there is: who may change settings is shown none, and would have them sent to a host of his own.
 * @param schema `z.strictObject`: what it doesn't name is refused, and told what there is
 * @param before see `ProviderAdapter.parseSettings`
 */
export function parseSettingsBy<Settings extends object>(
  schema: z.ZodType<Settings> & { readonly shape: Shape },
  given: Readonly<Record<string, unknown>>,
  before?: Settings,
): Decision<Settings, SettingsRefusal> {
  const whole = Object.entries({ ...before, ...given }).filter(([, value]) => value !== null && value !== undefined);
  const parsed = schema.safeParse(Object.fromEntries(whole));
  if (!parsed.success)
    return refused(...parsed.error.issues.flatMap((issue) => refusalsOf(issue, Object.keys(schema.shape))));
  const kept = before === undefined ? [] : secretsCarriedOff(schema.shape, given, before, parsed.data);
  if (kept.length === 0) return accepted(parsed.data);
  return refused(...kept.map((name) => ({ field: [name], message: 'Give it again: where it is sent to changes.' })));
}

/** Secrets that nobody gave with this change, and that would go where they were not given for. */
function secretsCarriedOff(shape: Shape, given: object, before: object, after: object): string[] {
  const had = new Map<string, unknown>(Object.entries(before));
  const has = new Map<string, unknown>(Object.entries(after));
  const isMoved = namesOf(shape, asPlace).some((name) => isOtherHost(had.get(name), has.get(name)));
  if (!isMoved) return [];
  return namesOf(shape, asSecret).filter((name) => had.get(name) !== undefined && !Object.hasOwn(given, name));
}

/**
 * Whether calls go to another origin than before.
 * @param before undefined: the provider's own, which is no origin that a setting names
 * @param after undefined: the provider's own again, and nobody else's; that is no move
 */
export const isOtherHost = (before: unknown, after: unknown): boolean =>
  typeof after === 'string' && (typeof before !== 'string' || new URL(before).origin !== new URL(after).origin);

/** Which settings have that check. */
const namesOf = (shape: Shape, check: z.core.$ZodCheck<string>): string[] =>
  Object.keys(shape).filter((name) => {
    const schema = shape[name] instanceof z.ZodOptional ? shape[name].unwrap() : shape[name];
    return schema instanceof z.ZodType && schema.def.checks?.includes(check) === true;
  });

function refusalsOf(issue: z.core.$ZodIssue, names: readonly string[]): SettingsRefusal[] {
  const path = issue.path.map(String);
  if (issue.code !== 'unrecognized_keys')
    return [{ field: path.length > 0 ? path : [names[0] ?? ''], message: issue.message }];
  const message =
    path.length > 0 ? 'There is no such setting.' : `There is no such setting. There are: ${names.join(', ')}.`;
  return issue.keys.slice(0, NAMED_MAX).map((key) => ({ field: [...path, key.slice(0, NAME_LENGTH_MAX)], message }));
}
