import { z } from 'zod';
import type { HttpAnswer } from '../http-call.js';
import type { MediaAnswer } from '../media.js';
import type { Outcome } from '../provider.js';

/** Where Meta keeps what contacts send; it opens to the same token as the Graph API. */
export const FILE_HOST = 'lookaside.fbsbx.com';

const place = z.object({ url: z.string().min(1) });

/** Where a file lies; or what came of asking. @param outcome what the answer says as one of a call */
export function fileAnswerOf(
  { status, json }: HttpAnswer,
  outcome: Outcome,
): MediaAnswer | { readonly kind: 'lies'; readonly url: string } {
  const found = status === 200 ? place.safeParse(json).data : undefined;
  if (found !== undefined) return { kind: 'lies', url: found.url };
  switch (outcome.kind) {
    case 'accepted':
      return { kind: 'unknown' };
    case 'rejected':
      return { kind: NOT_OURS.includes(outcome.failure.code) ? 'refused' : 'gone' };
    case 'throttled':
      return { kind: 'throttled', retryAfterMs: outcome.retryAfterMs };
    default:
      return outcome;
  }
}

/** It may be there, and isn't given to this account. */
const NOT_OURS: readonly string[] = ['CREDENTIALS_INVALID', 'BILLING', 'POLICY'];
