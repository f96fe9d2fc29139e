import type { FailureCode, MessageFailureData } from '../events/message/events.js';

/** What an error of a provider means: why, and whether the same message may succeed later. */
export interface Meaning {
  readonly code: FailureCode;
  readonly isRetryable: boolean;
}

/** The failure, with the provider's own code beside its meaning. */
export const failureAs = ({ code, isRetryable }: Meaning, providerCode?: string): MessageFailureData => ({
  ...{ code, isRetryable },
  ...(providerCode === undefined ? {} : { providerCode }),
});

/** What an HTTP status says where the provider says no more. */
export function meaningOfStatus(status: number): Meaning {
  if (status === 401 || status === 403) return { code: 'CREDENTIALS_INVALID', isRetryable: false };
  if (status === 402) return { code: 'BILLING', isRetryable: false };
  if (status === 429) return { code: 'RATE_LIMITED', isRetryable: true };
  return { code: 'UNKNOWN', isRetryable: false };
}

/** 4xx answers that do not say that the request was refused: whether it was processed isn't known. */
const AMBIGUOUS_STATUSES: ReadonlySet<number> = new Set([408, 425]);

/** Whether this status says that the request was refused for good, as far as HTTP goes. 429 is `throttled` and none. */
export const isRefusal = (status: number): boolean =>
  status >= 400 && status < 500 && status !== 429 && !AMBIGUOUS_STATUSES.has(status);
