import { createHmac } from 'node:crypto';

/** As Meta signs: over the bytes that it posts. */
export const signed = (json: unknown, appSecret: string) => {
  const body = Buffer.from(asMetaWrites(json));
  const signature = createHmac('sha256', appSecret).update(body).digest('hex');
  return { body, headers: { 'content-type': 'application/json', 'x-hub-signature-256': `sha256=${signature}` } };
};

/** Everything beyond ASCII escaped, in lower case. */
export const asMetaWrites = (json: unknown): string =>
  [...JSON.stringify(json).matchAll(/[\s\S]/g)]
    .map(([unit]) => (unit < '\u0080' ? unit : `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`))
    .join('');
