import { createHmac } from 'node:crypto';
import type { Side } from '../compared-path.js';
import { postRepeatedly } from './post-repeatedly.js';

/** A provider that posts delivery receipts, signed as the sandbox's carrier signs them. */
export interface WebhooksSettings {
  readonly kind: 'webhooks';
  readonly url: string;
  /** What it signs with. */
  readonly token: string;
  readonly connections: number;
}

export function openWebhooks({ url, token, connections }: WebhooksSettings): Side {
  let posted = 0;
  return postRepeatedly({
    ...{ url, connections, headers: { 'content-type': 'application/json' } },
    next() {
      posted += 1;
      const body = JSON.stringify(receipt(posted));
      const timestamp = String(Math.floor(Date.now() / 1_000));
      const signature = createHmac('sha256', token).update(`${timestamp}.`).update(body).digest('hex');
      return { body, headers: { 'x-sandbox-timestamp': timestamp, 'x-sandbox-signature': `sha256=${signature}` } };
    },
    isGood: (status) => status === 200,
  });
}

const receipt = (n: number) => ({
  type: 'receipt',
  id: `sbx_00000000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`,
  reference: `msg_${n.toString(32).padStart(26, '0')}.1.0`,
  status: 'delivered',
  occurredAt: new Date().toISOString(),
});
