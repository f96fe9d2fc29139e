import { hmacSha256, isOfNow, isSignature } from '../authenticity.js';

/** The value of `x-sandbox-signature`. @param timestamp unix seconds, as they stand in `x-sandbox-timestamp` */
export function signatureOf(token: string, timestamp: string, body: Buffer): string {
  return `sha256=${hmacSha256(token, `${timestamp}.`, body).toString('hex')}`;
}

/** Whether whoever holds the token signed these bytes within five minutes of `now`. Constant time in the signature. */
export function isSigned(
  signed: { readonly timestamp: string | undefined; readonly signature: string | undefined; readonly body: Buffer },
  token: string,
  now: Date,
): boolean {
  const { timestamp, signature, body } = signed;
  if (timestamp === undefined || signature === undefined || !isOfNow(timestamp, now)) return false;
  return isSignature(Buffer.from(signature), Buffer.from(signatureOf(token, timestamp, body)));
}
