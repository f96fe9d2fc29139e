import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProviderAdapter } from '../../src/providers/provider.js';
import { channelId } from '../support/events.js';
import { openInboundRig, TOKEN, type InboundRig } from '../support/inbound-rig.js';

const tokenIn = (settings: unknown) => (settings as { readonly token: string }).token;

/** A provider that asks before it posts, shows a secret instead of signing, and reads what it is answered. */
const asking = (adapter: ProviderAdapter): ProviderAdapter => ({
  ...adapter,
  secretHeaders: ['x-shown'],
  challenge: (query, settings) =>
    query.get('hub.verify_token') === tokenIn(settings) ? (query.get('hub.challenge') ?? undefined) : undefined,
  verify: ({ headers }, settings) => (headers['x-shown'] === tokenIn(settings) ? 'authentic' : 'forged'),
  answerTo({ body }) {
    if (body.includes('throw')) throw new Error('An adapter must not.');
    return body.includes('tap') ? { method: 'acknowledge' } : undefined;
  },
});

const ROTATED = 'another-token-0123456789';

describe('a webhook address that is asked, and that answers', () => {
  let rig: InboundRig;
  beforeAll(async () => {
    rig = await openInboundRig({ adapters: (adapters) => adapters.map(asking) });
  });
  afterAll(() => rig.close());

  const ask = (query: string, channel = 1) =>
    rig.post({}, { method: 'GET', path: `/webhooks/sandbox/${channelId(channel)}?${query}` });

  it('echoes the challenge to whoever knows the token, also one rotated a moment ago', async () => {
    await rig.putChannel(2, ROTATED);
    for (const [channel, token] of [[1, TOKEN] as const, [2, ROTATED] as const]) {
      const query = `hub.mode=subscribe&hub.verify_token=${token}&hub.challenge=%3Cb%3E1158`;
      const answer = await ask(query, channel);
      expect([answer.status, await answer.text()]).toEqual([200, '<b>1158']);
      expect(answer.headers.get('content-type')).toContain('text/plain');
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    }
  });

  it.each(['', 'hub.verify_token=wrong&hub.challenge=1', `hub.verify_token=${TOKEN}`])(
    'and to nobody else: %j',
    async (query) => {
      expect((await ask(query)).status).toBe(403);
    },
  );

  it('of a channel that is not there is 404', async () => {
    expect((await ask(`hub.verify_token=${TOKEN}&hub.challenge=1`, 9)).status).toBe(404);
  });

  it('answers what the adapter says once it is recorded, and 200 where that fails; a secret shown is not kept', async () => {
    const post = (body: object, shown = TOKEN) => rig.post(body, { headers: { 'x-shown': shown } });
    const before = await rig.rawCount();
    expect(await (await post({ tap: 1 })).json()).toEqual({ method: 'acknowledge' });
    for (const body of [{}, { throw: 1 }]) {
      const answer = await post(body);
      expect([answer.status, await answer.text()]).toEqual([200, '']);
    }
    expect((await post({ tap: 1 }, 'wrong')).status).toBe(401);
    expect(await rig.rawCount()).toBe(before + 3);
    const { rows } = await rig.direct.query<{ headers: unknown }>(
      "select headers from log.records where topic = 'webhooks'",
    );
    expect(JSON.stringify(rows)).toContain('x-sandbox-timestamp');
    expect(JSON.stringify(rows)).not.toContain('x-shown');
  });
});
