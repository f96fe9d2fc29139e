import { createHash, createHmac } from 'node:crypto';
import type { WebhookRequest } from '../../src/providers/provider.js';
import type { Side } from '../compared-path.js';
import { aroundAndAround } from './around-and-around.js';
import { openChannel } from './open-channel.js';
import { EVERYDAY } from './everyday.js';

const URL = 'https://parley.example/webhooks/bird/chan_00000000000000000000000000';

/** What somebody signed, and the HMAC that he made for it. */
interface Signed {
  readonly kind: 'META_WHATSAPP' | 'META_MESSENGER' | 'META_INSTAGRAM' | 'BIRD';
  readonly webhook: WebhookRequest;
  readonly sign: () => Buffer;
}

const hmac = (secret: string, ...pieces: readonly (string | Buffer)[]): Buffer => {
  const made = createHmac('sha256', secret);
  for (const piece of pieces) made.update(piece);
  return made.digest();
};

/** Those who sign: Meta the bytes, Bird their hash with a time and the URL. The others show a secret. */
function signedBodies(): readonly Signed[] {
  const meta = (['META_WHATSAPP', 'META_MESSENGER', 'META_INSTAGRAM'] as const).flatMap((kind) =>
    bodiesOf(kind).map((body): Signed => {
      const sign = () => hmac('a'.repeat(32), body);
      const headers = { 'x-hub-signature-256': `sha256=${sign().toString('hex')}` };
      return { kind, sign, webhook: { headers, url: URL, body } };
    }),
  );
  const bird = bodiesOf('BIRD').map((body): Signed => {
    const timestamp = String(Math.floor(Date.now() / 1_000));
    const sign = () =>
      hmac('signing-key-0123456789', `${timestamp}\n${URL}\n`, createHash('sha256').update(body).digest());
    const headers = { 'messagebird-signature': sign().toString('base64'), 'messagebird-request-timestamp': timestamp };
    return { kind: 'BIRD', sign, webhook: { headers, url: URL, body } };
  });
  return [...meta, ...bird];
}

const bodiesOf = (kind: Signed['kind']) => EVERYDAY[kind].map((json) => Buffer.from(JSON.stringify(json)));

/** @throws where one isn't taken for authentic */
export function verifySignatures(): Promise<Side> {
  const now = new Date();
  const all = signedBodies().map(({ kind, webhook }) => {
    const { adapter, settings } = openChannel(kind);
    if (adapter.verify(webhook, settings, now) !== 'authentic') throw new Error(`${kind}: the signature is wrong.`);
    return () => adapter.verify(webhook, settings, now);
  });
  return Promise.resolve(aroundAndAround(all));
}

/** The least that a verification can cost. */
export const signByHand = (): Promise<Side> => Promise.resolve(aroundAndAround(signedBodies().map(({ sign }) => sign)));
