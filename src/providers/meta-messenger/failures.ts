import { refusedAs, refusedForNowAs, UNAVAILABLE, type GraphMeanings } from '../meta/failures.js';

const each = (codes: readonly string[], meaning: GraphMeanings[string]): GraphMeanings =>
  Object.fromEntries(codes.map((code) => [code, meaning]));

/** What Messenger's own codes mean; what all of Meta's products share stands in `meta/failures.ts`. */
export const MEANINGS: GraphMeanings = {
  1200: UNAVAILABLE,
  // The page has not agreed to the terms.
  ...each(['2/2018344', '10/1893063'], refusedAs('POLICY')),
  ...each(['10/2018065', '10/2018278'], refusedAs('SERVICE_WINDOW_CLOSED')),
  ...each(['551', '10/2018108', '200/1545041'], refusedAs('RECIPIENT_UNREACHABLE')),
  ...each(['100/2018001'], refusedAs('RECIPIENT_NOT_ON_PLATFORM')),
  ...each(['36000', '100/2018007', '100/2018109'], refusedAs('MEDIA_FAILED')),
  // The file could not be fetched, or not in time.
  ...each(['100/2018008', '100/2018294'], refusedForNowAs('MEDIA_FAILED')),
  ...each(['199'], refusedAs('UNKNOWN')),
};
