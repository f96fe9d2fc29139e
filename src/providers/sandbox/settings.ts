import { z } from 'zod';
import { accepted, refused, type Decision } from '../../events/kernel/decision.js';
import type { ChannelRate, SettingsRefusal } from '../provider.js';
import { isOtherHost } from '../settings.js';
import { chaos, type Chaos } from './chaos.js';

/** What a sandbox channel keeps. `token` is both what Parley shows the carrier and what the carrier signs with. */
export interface SandboxSettings {
  readonly apiBaseUrl?: string | undefined;
  /** Calls a second that the channel may take. */
  readonly ratePerSecond?: number | undefined;
  /** How the carrier misbehaves: for those who want to see what Parley makes of it. */
  readonly chaos?: Chaos | undefined;
  readonly token: string;
}

/** Nobody is to wait for a simulated carrier who did not ask for it. */
const RATE_DEFAULT = 1_000;
const RATE_MAX = 10_000;
const RATE_REFUSAL = `Calls a second: a whole number from 1 to ${RATE_MAX}.`;

const input = z.strictObject({
  /** Another carrier than the built-in one. The administrator's own choice: not guarded against private addresses. */
  apiBaseUrl: z
    .url({ protocol: /^https?$/, error: 'An absolute http or https URL.' })
    .max(2_048)
    .optional(),
  /** Low, an operator sees what a rate does; not given, `RATE_DEFAULT`. */
  ratePerSecond: z
    .int({ error: RATE_REFUSAL })
    .min(1, { error: RATE_REFUSAL })
    .max(RATE_MAX, { error: RATE_REFUSAL })
    .optional(),
  chaos: chaos.optional(),
});

/** What may be set, by its place. */
const FIELDS: ReadonlyMap<string, readonly string[]> = new Map([
  ['', Object.keys(input.shape)],
  ['chaos', Object.keys(chaos.shape)],
]);

/** A burst of one second: who is woken late loses no token. */
export function sandboxRateOf({ ratePerSecond = RATE_DEFAULT }: SandboxSettings): ChannelRate {
  return { perSecond: ratePerSecond, burst: ratePerSecond };
}

/** @param newSecret makes the channel's token: once, and again for another host, which is never shown the old one */
export function parseSandboxSettings(
  given: Readonly<Record<string, unknown>>,
  newSecret: () => string,
  before?: SandboxSettings,
): Decision<SandboxSettings, SettingsRefusal> {
  const { token, ...settings } = before ?? {};
  const whole: Readonly<Record<string, unknown>> = { ...settings, ...given };
  const named = Object.entries(whole).filter(([, value]) => value !== null && value !== undefined);
  const parsed = input.safeParse(Object.fromEntries(named));
  if (!parsed.success) return refused(...parsed.error.issues.flatMap(refusalsOf));
  const isKept = token !== undefined && !isOtherHost(before?.apiBaseUrl, parsed.data.apiBaseUrl);
  return accepted({ ...parsed.data, token: isKept ? token : newSecret() });
}

/** How Parley shows who it is. */
export const bearer = ({ token }: SandboxSettings) => ({ authorization: `Bearer ${token}` });

function refusalsOf(issue: z.core.$ZodIssue): SettingsRefusal[] {
  const path = issue.path.map(String);
  if (issue.code !== 'unrecognized_keys') return [{ field: path, message: issue.message }];
  const message = `A sandbox channel has no such setting. It takes ${FIELDS.get(path.join('.'))?.join(', ') ?? 'none'}.`;
  return issue.keys.slice(0, 10).map((key) => ({ field: [...path, key.slice(0, 100)], message }));
}
