import type { FailureCode, MessageFailureData } from '../../events/message/events.js';

/** The carrier's error codes in Parley's words. */
const MEANING: ReadonlyMap<string, { readonly code: FailureCode; readonly isRetryable: boolean }> = new Map([
  ['recipient_invalid', { code: 'RECIPIENT_INVALID', isRetryable: false }],
  ['recipient_unreachable', { code: 'RECIPIENT_UNREACHABLE', isRetryable: true }],
  ['recipient_not_on_platform', { code: 'RECIPIENT_NOT_ON_PLATFORM', isRetryable: false }],
  ['content_rejected', { code: 'CONTENT_REJECTED', isRetryable: false }],
  ['media_failed', { code: 'MEDIA_FAILED', isRetryable: true }],
  ['token_invalid', { code: 'CREDENTIALS_INVALID', isRetryable: false }],
  ['rate_limited', { code: 'RATE_LIMITED', isRetryable: true }],
]);

const BY_STATUS: ReadonlyMap<number, string> = new Map([
  [401, 'token_invalid'],
  [403, 'token_invalid'],
  [429, 'rate_limited'],
]);

/** What a carrier's error means. @param httpStatus speaks where the carrier gave no code that we know */
export function failureOf(providerCode: string | undefined, httpStatus?: number): MessageFailureData {
  const known = MEANING.get(providerCode ?? '') ?? MEANING.get(BY_STATUS.get(httpStatus ?? 0) ?? '');
  return {
    ...(known ?? { code: 'UNKNOWN', isRetryable: false }),
    ...(providerCode === undefined ? {} : { providerCode }),
  };
}
