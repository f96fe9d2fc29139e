import type { MessageFailureData } from '../../events/message/events.js';
import { failureAs, meaningOfStatus, type Meaning } from '../failures.js';
import { meaningOfCode } from '../meta/failures.js';
import { MEANINGS as ON_WHATSAPP } from '../meta-whatsapp/failures.js';

const never = (code: Meaning['code']): Meaning => ({ code, isRetryable: false });
const later = (code: Meaning['code']): Meaning => ({ code, isRetryable: true });

/** Where the status alone says what was wrong. */
const BY_STATUS: ReadonlyMap<number, Meaning> = new Map([
  [400, never('CONTENT_REJECTED')],
  // The workspace or the channel isn't there: it stands in the path.
  [404, never('CREDENTIALS_INVALID')],
  [413, never('CONTENT_REJECTED')],
  [422, never('CONTENT_REJECTED')],
]);

/** What a refused call means. @param said the error's own code, where the answer has one */
export const failureOfCall = (status: number, said: string | undefined): MessageFailureData =>
  failureAs(BY_STATUS.get(status) ?? meaningOfStatus(status), said ?? String(status));

/** Bird's own codes of a message that failed after it was accepted. */
const BY_CODE: ReadonlyMap<number, Meaning> = new Map([
  [11_001, never('CREDENTIALS_INVALID')],
  [11_002, never('CONTENT_REJECTED')],
  [12_001, later('PROVIDER_UNAVAILABLE')],
  [12_002, never('CONTENT_REJECTED')],
  [12_003, never('RECIPIENT_INVALID')],
  [15_005, never('RECIPIENT_NOT_ON_PLATFORM')],
]);

/** By the first two digits: checked too late for the call's answer; Bird's services; the customer's own doing. */
const BY_GROUP: ReadonlyMap<number, Meaning> = new Map([
  [11, never('CONTENT_REJECTED')],
  [12, later('PROVIDER_UNAVAILABLE')],
  [14, never('POLICY')],
]);

/** As far as it tells which of its own doings it was. */
const BY_SOURCE: ReadonlyMap<string, Meaning> = new Map([
  ['accounting', never('BILLING')],
  ['contact', never('RECIPIENT_OPTED_OUT')],
]);

export interface ToldFailure {
  readonly code?: string | number | undefined;
  readonly source?: { readonly code?: string | number | undefined; readonly name?: string | undefined } | undefined;
}

/** What became of a message that failed: the platform's own code tells more than Bird's group of it. */
export function failureOfMessage({ code, source }: ToldFailure = {}): MessageFailureData {
  const number = Number(code);
  const group = Math.floor(number / 1_000);
  const meaning =
    BY_CODE.get(number) ??
    (source?.name === 'whatsapp' && source.code
      ? meaningOfCode(Number(source.code), undefined, ON_WHATSAPP)
      : undefined) ??
    (group === 14 ? BY_SOURCE.get(source?.name ?? '') : undefined) ??
    BY_GROUP.get(group) ??
    never('UNKNOWN');
  const codes = [code, source?.code].filter((one) => one !== undefined && one !== '');
  return failureAs(meaning, codes.length === 0 ? undefined : codes.join('/'));
}
