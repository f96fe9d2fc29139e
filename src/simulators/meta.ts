import { createHmac } from 'node:crypto';
import { request } from 'undici';
import type { ReceivedCall } from './read-call.js';
import type { SimulatedAnswer } from './simulator.js';
import type { PostedWebhook } from './webhook-poster.js';

/** Where Meta posts to, and what it showed there first. */
export interface MetaWebhook {
  readonly url: string;
  readonly verifyToken: string;
}

/** An error of the Graph API, in its own form. */
export const graphError = (status: number, code: number, details: string, subcode?: number): SimulatedAnswer => ({
  status,
  body: {
    error: {
      ...{ message: `(#${code}) ${details}`, type: 'OAuthException', code },
      ...(subcode === undefined ? {} : { error_subcode: subcode }),
      ...{ error_data: { messaging_product: 'whatsapp', details }, fbtrace_id: 'Asimulated' },
    },
  },
});

/** Undefined: the call shows the right token. */
export function refuseToken({ headers }: ReceivedCall, accessToken: string): SimulatedAnswer | undefined {
  const isRight = headers['authorization'] === `Bearer ${accessToken}`;
  return isRight ? undefined : graphError(401, 190, 'Invalid OAuth access token.');
}

/** A webhook as Meta writes and signs it: everything beyond ASCII is escaped. */
export function signedByMeta(url: string, json: unknown, appSecret: string): PostedWebhook {
  const body = JSON.stringify(json).replaceAll(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  const signature = createHmac('sha256', appSecret).update(body).digest('hex');
  return { url, headers: { 'x-hub-signature-256': `sha256=${signature}` }, body };
}

const HANDSHAKE_MS = 5_000;

/** Asks whether the address is theirs who named it. */
export async function isAddressConfirmed({ url, verifyToken }: MetaWebhook): Promise<boolean> {
  const challenge = '1158201444';
  const asked = new URL(url);
  asked.searchParams.set('hub.mode', 'subscribe');
  asked.searchParams.set('hub.verify_token', verifyToken);
  asked.searchParams.set('hub.challenge', challenge);
  try {
    const answer = await request(asked, { signal: AbortSignal.timeout(HANDSHAKE_MS) });
    return (await answer.body.text()) === challenge && answer.statusCode === 200;
  } catch {
    return false;
  }
}
