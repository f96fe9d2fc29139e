import type { MessageFailureData } from '../../events/message/events.js';
import { failureAs, meaningOfStatus, type Meaning } from '../failures.js';
import { MEANINGS as ON_WHATSAPP } from '../meta-whatsapp/failures.js';

/** What an error says of itself. */
export interface SaidError {
  readonly code?: string | undefined;
  /** Which part of the call it is about. */
  readonly source?: string | undefined;
  readonly message?: string | undefined;
}

/** What stands in an error's source or code, in lower case, and what it means. The first that fits counts. */
const MEANINGS: readonly (readonly [status: number, words: RegExp, Meaning])[] = [
  [400, /chat|contact|channel/, { code: 'RECIPIENT_INVALID', isRetryable: false }],
  [400, /intent|template|variable/, { code: 'TEMPLATE_INVALID', isRetryable: false }],
  [400, /media|mime/, { code: 'MEDIA_FAILED', isRetryable: false }],
  [400, /^/, { code: 'CONTENT_REJECTED', isRetryable: false }],
  [401, /^/, { code: 'CREDENTIALS_INVALID', isRetryable: false }],
  // The old API's word for an empty balance.
  [403, /^101\b/, { code: 'BILLING', isRetryable: false }],
  // The token is good, and not for this. No refresh would help.
  [403, /^/, { code: 'POLICY', isRetryable: false }],
  [404, /^/, { code: 'RECIPIENT_INVALID', isRetryable: false }],
];

/** What a refusal means. */
export function failureOf(status: number, { code, source }: SaidError = {}): MessageFailureData {
  const said = `${code ?? ''} ${source ?? ''}`.trim().toLowerCase();
  const found = MEANINGS.find(([of, words]) => of === status && words.test(said));
  return failureAs(found?.[2] ?? meaningOfStatus(status), code ?? String(status));
}

/**
 * Of what fails after it was taken WhatsApp's own codes come through.
 * @param reason as `131049.0`, or in words, which say nothing that could be relied on
 */
export function failureOfReason(reason: string | undefined): MessageFailureData {
  const code = /^\s*(\d{3,6})(?:\.\d+)?\b/.exec(reason ?? '')?.[1];
  const meaning = code === undefined ? undefined : ON_WHATSAPP[code];
  return failureAs(meaning ?? { code: 'UNKNOWN', isRetryable: false }, code);
}
