import { refusedAs, refusedForNowAs, THROTTLED, UNAVAILABLE, type GraphMeanings } from '../meta/failures.js';

const each = (codes: readonly number[], meaning: GraphMeanings[string]): GraphMeanings =>
  Object.fromEntries(codes.map((code) => [code, meaning]));

/** What WhatsApp's own codes mean, in answers and in statuses. */
export const MEANINGS: GraphMeanings = {
  // Something went wrong there: whether the message had been taken isn't said.
  ...{ 131000: { code: 'UNKNOWN', isRetryable: true, ends: 'unknown' } },
  ...each([131016, 133004, 131057], UNAVAILABLE),
  ...each([80007, 130429, 133016], THROTTLED),
  // A pair of numbers: the others have nothing to do with it.
  ...each([131056], { ...THROTTLED, isOfAddress: true }),
  // Lifted after hours or days: longer than anything waits in a queue.
  ...each([131048, 131064, 132069], refusedForNowAs('RATE_LIMITED')),
  ...each([131008, 131009, 131051], refusedAs('CONTENT_REJECTED')),
  ...each([368, 131031, 130497, 130472, 131030, 131037, 131063], refusedAs('POLICY')),
  ...each([131021, 131062, 137000], refusedAs('RECIPIENT_INVALID')),
  ...each([131026], refusedAs('RECIPIENT_UNREACHABLE')),
  ...each([131042, 131044], refusedAs('BILLING')),
  ...each([131045, 133010], refusedAs('CREDENTIALS_INVALID')),
  ...each([131047], refusedAs('SERVICE_WINDOW_CLOSED')),
  // Withheld for the sake of the contact's inbox: a day later it may go.
  ...each([131049], refusedForNowAs('POLICY')),
  ...each([131050], refusedAs('RECIPIENT_OPTED_OUT')),
  // Often a link that wasn't there for a moment.
  ...each([131052, 131053], refusedForNowAs('MEDIA_FAILED')),
  ...each([132000, 132001, 132005, 132007, 132008, 132012, 132015, 132016, 132068], refusedAs('TEMPLATE_INVALID')),
  ...each([135000], refusedForNowAs('UNKNOWN')),
};
