import type { MessageFailureData } from '../../events/message/events.js';
import { failureAs, meaningOfStatus, type Meaning } from '../failures.js';

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

/** Of what fails after it was taken, WhatsApp's own codes come through. */
const WHATSAPP_CODES: Readonly<Record<string, Meaning>> = {
  '130472': { code: 'POLICY', isRetryable: false },
  '131026': { code: 'RECIPIENT_UNREACHABLE', isRetryable: false },
  '131030': { code: 'RECIPIENT_INVALID', isRetryable: false },
  '131042': { code: 'BILLING', isRetryable: false },
  '131047': { code: 'SERVICE_WINDOW_CLOSED', isRetryable: false },
  '131048': { code: 'RATE_LIMITED', isRetryable: true },
  '131049': { code: 'POLICY', isRetryable: true },
  '131050': { code: 'RECIPIENT_OPTED_OUT', isRetryable: false },
  '131051': { code: 'CONTENT_REJECTED', isRetryable: false },
  '131052': { code: 'MEDIA_FAILED', isRetryable: true },
  '131053': { code: 'MEDIA_FAILED', isRetryable: false },
  '131056': { code: 'RATE_LIMITED', isRetryable: true },
  '132000': { code: 'TEMPLATE_INVALID', isRetryable: false },
  '132001': { code: 'TEMPLATE_INVALID', isRetryable: false },
  '132012': { code: 'TEMPLATE_INVALID', isRetryable: false },
  '132015': { code: 'TEMPLATE_INVALID', isRetryable: true },
  '132016': { code: 'TEMPLATE_INVALID', isRetryable: false },
};

/** @param reason as `131049.0`, or in words, which say nothing that could be relied on */
export function failureOfReason(reason: string | undefined): MessageFailureData {
  const code = /^\s*(\d{3,6})(?:\.\d+)?\b/.exec(reason ?? '')?.[1];
  const meaning = code !== undefined && Object.hasOwn(WHATSAPP_CODES, code) ? WHATSAPP_CODES[code] : undefined;
  return failureAs(meaning ?? { code: 'UNKNOWN', isRetryable: false }, code);
}
