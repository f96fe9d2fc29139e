import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** HMAC-SHA-256 over the pieces, one after another: nothing is copied together. */
export function hmacSha256(secret: string | Buffer, ...pieces: readonly (string | Buffer)[]): Buffer {
  const hmac = createHmac('sha256', secret);
  for (const piece of pieces) hmac.update(piece);
  return hmac.digest();
}

/** Whether what was given is that signature. Constant time where the lengths are equal; a signature's length is no secret. */
export function isSignature(given: Buffer, expected: Buffer): boolean {
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** Whether a header shows the secret itself. Constant time, whatever the lengths are. An empty secret is shown by nobody. */
export function isSecret(given: string | undefined, secret: string): boolean {
  if (given === undefined || secret === '') return false;
  return timingSafeEqual(digest(given), digest(secret));
}

/** Whether `authorization` shows this user and password. */
export const isBasicAuth = (given: string | undefined, username: string, password: string): boolean =>
  isSecret(given, `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`);

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** A signature older or younger than this is a replay, or a clock that nobody should trust. */
export const SIGNATURE_AGE_MAX_MS = 5 * 60_000;

/**
 * @param timestamp unix seconds as text, as providers sign them
 * @param ageMaxMs where a provider repeats a webhook under the time that it had at first
 */
export function isOfNow(timestamp: string | undefined, now: Date, ageMaxMs = SIGNATURE_AGE_MAX_MS): boolean {
  if (timestamp === undefined || !/^\d{1,12}$/.test(timestamp)) return false;
  const ageMs = now.getTime() - Number(timestamp) * 1_000;
  return ageMs <= ageMaxMs && ageMs >= -SIGNATURE_AGE_MAX_MS;
}
