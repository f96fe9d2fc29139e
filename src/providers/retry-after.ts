/** Nobody waits longer for a throttled call in all (rule 18). */
const RETRY_AFTER_MS_MAX = 600_000;

/**
 * How long a provider asks to be left alone: `Retry-After`, in whole seconds or as an HTTP date (RFC 9110 §10.2.3), in
 * milliseconds, at most ten minutes. Undefined where it says nothing that can be meant: no header, several, 0, a date that
 * has passed, anything else.
 *
 * @param headers names in lower case, as undici gives them. A date is read against the answer's own `Date`, where it has
 * one: the provider's clock may be another than ours.
 */
export function retryAfterOf(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  now: Date,
): number | undefined {
  const said = headers['retry-after'];
  if (typeof said !== 'string') return undefined;
  const waitMs = /^\d{1,9}$/.test(said) ? Number(said) * 1_000 : untilDate(said, headers['date'], now);
  return waitMs > 0 ? Math.min(waitMs, RETRY_AFTER_MS_MAX) : undefined;
}

/** The three forms of an HTTP date all begin with a day's name; `Date.parse` alone would read `-1` as a year. */
const DATE_BEGINS = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)/;

function untilDate(said: string, answeredAt: unknown, now: Date): number {
  const [until, from] = [dateOf(said), dateOf(answeredAt)];
  return until === undefined ? 0 : until - (from ?? now.getTime());
}

function dateOf(text: unknown): number | undefined {
  if (typeof text !== 'string' || !DATE_BEGINS.test(text)) return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : at;
}
