import type { MessageFailureData } from '../../events/message/events.js';
import { failureAs, meaningOfStatus, type Meaning } from '../failures.js';

/** What stands in `description`, in lower case, and what it means. The first that fits counts. */
const MEANINGS: readonly (readonly [status: number, words: string, Meaning])[] = [
  [400, 'chat not found', { code: 'RECIPIENT_NOT_ON_PLATFORM', isRetryable: false }],
  [400, 'upgraded to a supergroup', { code: 'RECIPIENT_INVALID', isRetryable: true }],
  [400, 'wrong file identifier', { code: 'MEDIA_FAILED', isRetryable: false }],
  [400, 'wrong http url', { code: 'MEDIA_FAILED', isRetryable: false }],
  [400, 'failed to get http url content', { code: 'MEDIA_FAILED', isRetryable: true }],
  [400, 'wrong type of the web page content', { code: 'MEDIA_FAILED', isRetryable: false }],
  [400, '', { code: 'CONTENT_REJECTED', isRetryable: false }],
  [401, '', { code: 'CREDENTIALS_INVALID', isRetryable: false }],
  [403, 'bot was blocked', { code: 'RECIPIENT_BLOCKED', isRetryable: false }],
  [403, 'user is deactivated', { code: 'RECIPIENT_UNREACHABLE', isRetryable: false }],
  [403, "can't initiate conversation", { code: 'RECIPIENT_OPTED_OUT', isRetryable: false }],
  [403, 'bot was kicked', { code: 'RECIPIENT_BLOCKED', isRetryable: false }],
  [403, 'not a member', { code: 'RECIPIENT_UNREACHABLE', isRetryable: false }],
  [403, '', { code: 'POLICY', isRetryable: false }],
  // A token of a wrong form, or a method that isn't there.
  [404, '', { code: 'CREDENTIALS_INVALID', isRetryable: false }],
  [413, '', { code: 'MEDIA_FAILED', isRetryable: false }],
];

/** What an error of the Bot API means. */
export function failureOf(status: number, description = ''): MessageFailureData {
  const said = description.toLowerCase();
  const found = MEANINGS.find(([of, words]) => of === status && said.includes(words));
  return failureAs(found?.[2] ?? meaningOfStatus(status), String(status));
}
