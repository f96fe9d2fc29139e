import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signatureOf } from '../../src/providers/sandbox/signature.js';
import { channelId } from '../support/events.js';
import { eventually } from '../support/eventually.js';
import { incoming, openInboundRig, receipt, TOKEN, type InboundRig, type PostOptions } from '../support/inbound-rig.js';

let rig: InboundRig;
beforeAll(async () => {
  rig = await openInboundRig();
});
afterAll(() => rig.close());

const signedAt = (seconds: number, body: unknown, token = TOKEN) => {
  const timestamp = String(Math.floor(Date.now() / 1_000) + seconds);
  const signature = signatureOf(token, timestamp, Buffer.from(JSON.stringify(body)));
  return { 'x-sandbox-timestamp': timestamp, 'x-sandbox-signature': signature };
};

describe('a webhook that the provider sent', () => {
  it('rule 1: is answered 200 when its raw bytes are in the log, byte for byte, without secrets', async () => {
    const body = Buffer.from('  {"type" : "nobody knows", "é":1}\r\n');
    const answer = await rig.post(body, { headers: { cookie: 'session=1', authorization: 'Bearer x' } });
    expect(answer.status).toBe(200);
    const found = await rig.direct.query<{ key: string; value: Buffer; headers: Record<string, string> }>(
      `select key, value, headers from log.records where topic = 'webhooks' order by appended_at desc limit 1`,
    );
    const [record] = found.rows;
    expect(record?.key).toMatch(/^raw_/);
    expect(record?.value.equals(body)).toBe(true);
    expect(record?.headers).toMatchObject({
      'parley-channel-id': channelId(1),
      'parley-provider': 'SANDBOX',
      'parley-verdict': 'authentic',
      'parley-url': `https://parley.example/webhooks/sandbox/${channelId(1)}`,
    });
    expect(record?.headers['parley-http-headers']).toContain('x-sandbox-signature');
    expect(JSON.stringify(record?.headers)).not.toMatch(/session=1|Bearer/);
  });

  it('is taken for a disabled channel too', async () => {
    await rig.putChannel(4, TOKEN);
    await rig.direct.query('update config.channels set is_enabled = false where name = $1', ['channel 4']);
    expect((await rig.post(receipt('x', 'read'), { channel: 4 })).status).toBe(200);
  });

  it('is taken with a query in its URL, which is kept', async () => {
    const path = `/webhooks/sandbox/${channelId(1)}?a=%20b`;
    expect((await rig.post(receipt('x', 'read'), { path })).status).toBe(200);
    const found = await rig.direct.query<{ url: string }>(
      `select headers->>'parley-url' as url from log.records where headers->>'parley-url' like '%?%'`,
    );
    expect(found.rows[0]?.url).toBe(`https://parley.example${path}`);
  });

  it('is taken under a secret rotated a moment ago: Postgres is asked once before it is called forged', async () => {
    await rig.putChannel(2, 'another-token-0123456789');
    const rotated = { channel: 2, token: 'another-token-0123456789' };
    expect((await rig.post(receipt('x', 'read'), rotated)).status).toBe(200);
    expect((await rig.post(receipt('x', 'read'), { channel: 2 })).status).toBe(401);
  });

  it('is taken for a channel connected a moment ago by another process', async () => {
    await rig.putChannel(3, TOKEN);
    expect((await rig.post(receipt('x', 'read'), { channel: 3 })).status).toBe(200);
  });
});

describe('F19: what no provider sent is refused within a second, and nothing is stored', () => {
  const body = receipt('x', 'read');
  const refused: readonly (readonly [string, number, unknown, PostOptions])[] = [
    ['forged', 401, body, { token: 'a-token-of-somebody-else-0123' }],
    ['unsigned', 401, body, { headers: { 'x-sandbox-signature': '' } }],
    ['stale', 401, body, { headers: signedAt(-600, body) }],
    ['from the future', 401, body, { headers: signedAt(600, body) }],
    ['signed for another body', 401, receipt('y', 'read'), { headers: signedAt(0, body) }],
    ['malformed in its signature', 401, body, { headers: { 'x-sandbox-signature': 'sha256' } }],
    ['malformed and forged', 401, Buffer.from('{"a":'), { token: 'a-token-of-somebody-else-0123' }],
    ['empty', 401, Buffer.alloc(0), { token: 'a-token-of-somebody-else-0123' }],
    ['oversized', 413, Buffer.alloc(1024 * 1024 + 1, 32), {}],
    ['fetched', 405, body, { method: 'GET' }],
    ['put', 405, body, { method: 'PUT' }],
    ['compressed', 415, gzipSync('{}'), { headers: { 'content-encoding': 'gzip' } }],
    ['of another content type', 415, body, { headers: { 'content-type': 'text/plain' } }],
    ['a form', 415, body, { headers: { 'content-type': 'application/x-www-form-urlencoded' } }],
    ['of almost the right content type', 415, body, { headers: { 'content-type': 'application/jsonp' } }],
    ['for a channel that nobody has', 404, body, { channel: 99 }],
    ['for a channel id that is none', 404, body, { path: '/webhooks/sandbox/chan_x' }],
    ['for another provider', 404, body, { path: `/webhooks/meta-whatsapp/${channelId(1)}` }],
    ['for a provider that is none', 404, body, { path: `/webhooks/SANDBOX/${channelId(1)}` }],
  ];
  it.each(refused)('%s: %i', async (_name, status, webhook, options) => {
    const before = await rig.rawCount();
    const begun = performance.now();
    const answer = await rig.post(webhook, options);
    expect(answer.status).toBe(status);
    expect(performance.now() - begun).toBeLessThan(1_000);
    if (status === 405) expect(answer.headers.get('allow')).toBe('POST');
    expect(await rig.rawCount()).toBe(before);
  });

  it('a body of 1 MiB is taken', async () => {
    const text = JSON.stringify(incoming('big', 'x'));
    const webhook = Buffer.from(text + ' '.repeat(1024 * 1024 - text.length));
    expect((await rig.post(webhook)).status).toBe(200);
  });
});

describe('F21 and rule 4: with the log away', () => {
  it('is answered 503 with Retry-After, never 200 and lost, and is taken again by itself', async () => {
    expect((await rig.post(receipt('x', 'sent'))).status).toBe(200);
    rig.proxy.cut();
    const away = await rig.post(receipt('x', 'read'));
    expect(away.status).toBe(503);
    expect(away.headers.get('retry-after')).toBe('1');
    const unknown = await rig.post(receipt('x', 'read'), { channel: 99 });
    expect(unknown.status).toBe(503);
    const forged = await rig.post(receipt('x', 'read'), { token: 'a-token-of-somebody-else-0123' });
    expect(forged.status).toBe(503);
    rig.proxy.heal();
    await eventually(async () => expect((await rig.post(receipt('x', 'read'))).status).toBe(200));
  });
});
