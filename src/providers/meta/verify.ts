import { hmacSha256, isSignature } from '../authenticity.js';
import type { WebhookRequest } from '../provider.js';

export const SIGNATURE_HEADER = 'x-hub-signature-256';

/**
 * Meta signs the bytes that it sends, in which everything beyond ASCII is escaped. Something on the way may have written
 * those characters out: then the escaped form is tried too. The signature holds no time, so that nothing is ever stale:
 * what comes again is known by its ids.
 */
export function verify({ headers, body }: WebhookRequest, appSecret: string): 'authentic' | 'forged' {
  const [, hex] = /^sha256=([0-9a-f]{64})$/.exec(headers[SIGNATURE_HEADER] ?? '') ?? [];
  if (hex === undefined) return 'forged';
  const given = Buffer.from(hex, 'hex');
  if (isSignature(given, hmacSha256(appSecret, body))) return 'authentic';
  const text = body.toString('latin1');
  if (!BEYOND_ASCII.test(text)) return 'forged';
  return isSignature(given, hmacSha256(appSecret, escaped(body.toString('utf8')))) ? 'authentic' : 'forged';
}

const BEYOND_ASCII = /[\u0080-\uffff]/;

/** By UTF-16 units, in lower case. */
const escaped = (text: string): string =>
  text.replaceAll(/[\u0080-\uffff]/g, (unit) => String.raw`\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
