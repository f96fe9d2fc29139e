import type { FailureCode } from '../../events/message/events.js';
import { meaningOfStatus, type Meaning } from '../failures.js';

/**
 * What an error code of the Graph API means. `ends`: what a call that is answered so comes to (rule 19); absent: it was
 * refused. The HTTP status is passed over: throttling comes as 400, 403 and 429.
 */
export interface GraphMeaning extends Meaning {
  readonly ends?: 'throttled' | 'unavailable' | 'unknown';
  /** With `throttled`: only this contact was written to too often. */
  readonly isOfAddress?: true;
}

/** By `code`, or by `code/error_subcode` where the subcode tells more. */
export type GraphMeanings = Readonly<Record<string, GraphMeaning>>;

export const refusedAs = (code: FailureCode): GraphMeaning => ({ code, isRetryable: false });
/** Refused now: the same message may be taken later. */
export const refusedForNowAs = (code: FailureCode): GraphMeaning => ({ code, isRetryable: true });
export const THROTTLED: GraphMeaning = { code: 'RATE_LIMITED', isRetryable: true, ends: 'throttled' };
/** Documented as a service that isn't there for the moment. */
export const UNAVAILABLE: GraphMeaning = { code: 'PROVIDER_UNAVAILABLE', isRetryable: true, ends: 'unavailable' };
/** Something went wrong there, and nobody says how far it had come. */
export const UNCLEAR: GraphMeaning = { code: 'PROVIDER_UNAVAILABLE', isRetryable: true, ends: 'unknown' };

/** What all products share; each adds its own table. */
const COMMON: GraphMeanings = {
  ...{ 0: refusedAs('CREDENTIALS_INVALID'), 190: refusedAs('CREDENTIALS_INVALID') },
  ...{ 3: refusedAs('CREDENTIALS_INVALID'), 10: refusedAs('CREDENTIALS_INVALID') },
  ...{ 1: UNCLEAR, 2: UNAVAILABLE },
  ...{ 4: THROTTLED, 17: THROTTLED, 32: THROTTLED, 613: THROTTLED },
  ...{ 33: refusedAs('CREDENTIALS_INVALID'), 100: refusedAs('CONTENT_REJECTED'), 368: refusedAs('POLICY') },
};

/** @param code of the error; 200 to 299 are permissions */
export function meaningOfCode(code: number, subcode: number | undefined, own: GraphMeanings): GraphMeaning | undefined {
  const found = own[`${code}/${subcode ?? 0}`] ?? own[code] ?? COMMON[code];
  if (found !== undefined) return found;
  return code >= 200 && code <= 299 ? refusedAs('CREDENTIALS_INVALID') : undefined;
}

/** What an answer without a code that is known means, where it is a refusal at all. */
export const meaningWithoutCode = (status: number): GraphMeaning => meaningOfStatus(status);
