import { createHmac, timingSafeEqual } from 'node:crypto';

/** A signature older or younger than this is a replay, or a clock that nobody should trust. */
export const SIGNATURE_AGE_MAX_MS = 5 * 60_000;

/** The value of `x-sandbox-signature`. @param timestamp unix seconds, as they stand in `x-sandbox-timestamp` */
export function signatureOf(token: string, timestamp: string, body: Buffer): string {
  return `sha256=${createHmac('sha256', token).update(`${timestamp}.`).update(body).digest('hex')}`;
}

/** Whether whoever holds the token signed these bytes within five minutes of `now`. Constant time in the signature. */
export function isSigned(
  signed: { readonly timestamp: string | undefined; readonly signature: string | undefined; readonly body: Buffer },
  token: string,
  now: Date,
): boolean {
  const { timestamp, signature, body } = signed;
  if (timestamp === undefined || signature === undefined || !/^\d{1,12}$/.test(timestamp)) return false;
  if (Math.abs(now.getTime() - Number(timestamp) * 1_000) > SIGNATURE_AGE_MAX_MS) return false;
  const expected = Buffer.from(signatureOf(token, timestamp, body));
  const given = Buffer.from(signature);
  return expected.length === given.length && timingSafeEqual(expected, given);
}
