import { refusedAs, UNAVAILABLE, type GraphMeanings } from '../meta/failures.js';

const each = (codes: readonly string[], meaning: GraphMeanings[string]): GraphMeanings =>
  Object.fromEntries(codes.map((code) => [code, meaning]));

/** What Instagram's own codes mean; what all of Meta's products share stands in `meta/failures.ts`. */
export const MEANINGS: GraphMeanings = {
  1200: UNAVAILABLE,
  ...each(['10/2534022'], refusedAs('SERVICE_WINDOW_CLOSED')),
  ...each(['100/2534014'], refusedAs('RECIPIENT_NOT_ON_PLATFORM')),
  // No access to this thread; a capability that the app doesn't have.
  ...each(['200/2534037', '200/2534048'], refusedAs('CREDENTIALS_INVALID')),
  ...each(['551', '200/1545041'], refusedAs('RECIPIENT_UNREACHABLE')),
  ...each(['230', '36000', '36007'], refusedAs('MEDIA_FAILED')),
};
