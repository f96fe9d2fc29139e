import { isRefusal, meaningOfStatus } from '../failures.js';
import { refusedAs, THROTTLED, UNAVAILABLE, UNCLEAR, type GraphMeaning, type GraphMeanings } from '../meta/failures.js';

const each = (codes: readonly number[], meaning: GraphMeaning): GraphMeanings =>
  Object.fromEntries(codes.map((code) => [code, meaning]));

/** What a client on premises says with its codes, in answers and in statuses. */
const MEANINGS: GraphMeanings = {
  // Something went wrong in it, and nobody says how far the message had come.
  ...each([100, 500, 1_000, 1_007, 1_014, 1_018], UNCLEAR),
  // Too busy, not ready, no room: not taken.
  ...each([1_011, 1_016, 1_024, 1_025], UNAVAILABLE),
  ...each([429, 471, 1_015], THROTTLED),
  ...each([400, 501, 1_001, 1_008, 1_009, 1_010], refusedAs('CONTENT_REJECTED')),
  ...each([402], refusedAs('BILLING')),
  ...each([408, 410], refusedAs('EXPIRED')),
  // Among them: one of those on whom WhatsApp tries something.
  ...each([430, 432, 433, 472], refusedAs('POLICY')),
  ...each([470], refusedAs('SERVICE_WINDOW_CLOSED')),
  // Whose identity changed; whose client is too old.
  ...each([480, 1_026], refusedAs('RECIPIENT_UNREACHABLE')),
  ...each([1_002, 1_006], refusedAs('RECIPIENT_INVALID')),
  ...each([1_013], refusedAs('RECIPIENT_NOT_ON_PLATFORM')),
  ...each([1_005], refusedAs('CREDENTIALS_INVALID')),
  ...each([1_004, 1_021, 1_022, 1_023], refusedAs('UNKNOWN')),
};

/** Undefined: nobody knows this code. */
export function meaningOfClientCode(code: number): GraphMeaning | undefined {
  return MEANINGS[code] ?? (code >= 2_000 && code <= 2_062 ? refusedAs('TEMPLATE_INVALID') : undefined);
}

/** What CBOT's gateway says where it takes too many calls: a 400, and no code. */
const TOO_MANY = /exceeded the limit/i;

/** What the gateway before the client means. */
export function meaningOfGateway(status: number, words = ''): GraphMeaning {
  if (status === 429 || TOO_MANY.test(words)) return THROTTLED;
  if (status === 400) return refusedAs('CONTENT_REJECTED');
  return isRefusal(status) ? meaningOfStatus(status) : UNCLEAR;
}
