import { createHash } from 'node:crypto';
import { hmacSha256, isOfNow, isSignature } from '../authenticity.js';
import type { WebhookRequest } from '../provider.js';
import type { BirdSettings } from './settings.js';

const SIGNATURE_HEADER = 'messagebird-signature';
const TIMESTAMP_HEADER = 'messagebird-request-timestamp';

/**
 * Bird repeats what wasn't taken for 8 hours and more, and others saw it do so under the first try's timestamp: a window of
 * minutes would lose what came while nobody listened. A replay within it says again what was said, under the same ids.
 */
const AGE_MAX_MS = 24 * 3_600_000;

/** Signed is the URL as Bird knows it: where Parley stands behind a proxy, `PARLEY_PUBLIC_URL` must say it. */
export function verify(
  { headers, url, body }: WebhookRequest,
  { signingKey }: BirdSettings,
  now: Date,
): 'authentic' | 'forged' {
  const { [SIGNATURE_HEADER]: signature = '', [TIMESTAMP_HEADER]: timestamp = '' } = headers;
  const bodyHash = createHash('sha256').update(body).digest();
  const expected = hmacSha256(signingKey, `${timestamp}\n${url}\n`, bodyHash);
  const isSigned = isSignature(Buffer.from(signature, 'base64'), expected);
  return isSigned && isOfNow(timestamp, now, AGE_MAX_MS) ? 'authentic' : 'forged';
}
