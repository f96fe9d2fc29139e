import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createSandboxAdapter } from '../../../src/providers/sandbox/adapter.js';
import type { SandboxSettings } from '../../../src/providers/sandbox/settings.js';
import { signatureOf } from '../../../src/providers/sandbox/signature.js';
import { providerContract, type IncomingSample } from '../../contracts/provider.contract.js';

const adapter = createSandboxAdapter({ defaultBaseUrl: () => undefined, newSecret: () => `secret-${randomUUID()}` });
const NOW = new Date('2026-06-01T12:00:00.000Z');

function settingsOf(input: Readonly<Record<string, unknown>>): SandboxSettings {
  const decision = adapter.parseSettings(input);
  if (!decision.ok) throw new Error(JSON.stringify(decision.refusals));
  return decision.value;
}

function refusalsOf(input: Readonly<Record<string, unknown>>) {
  const decision = adapter.parseSettings(input);
  return decision.ok ? [] : decision.refusals;
}

function signed(json: unknown, { token }: SandboxSettings, now: Date, timestamp = String(now.getTime() / 1_000)) {
  const body = Buffer.from(typeof json === 'string' ? json : JSON.stringify(json));
  const headers = { 'x-sandbox-timestamp': timestamp, 'x-sandbox-signature': signatureOf(token, timestamp, body) };
  return { headers, url: 'http://127.0.0.1:4000/webhooks/sandbox/chan_x', body };
}

const receipt = (reference: string) => ({
  type: 'receipt',
  id: 'sbx_1',
  reference,
  status: 'delivered',
  occurredAt: NOW.toISOString(),
});

const message = (content: object) => ({
  ...{ type: 'message', id: 'in-1', from: '+15550100000', name: 'Ada', replyTo: 'sbx_1', content },
  occurredAt: NOW.toISOString(),
});
const INCOMING: readonly IncomingSample[] = [
  ...[
    { kind: 'text', text: 'Hi' },
    { kind: 'image', text: 'Look', images: [{ url: 'https://example.net/a.png', contentType: 'image/png' }] },
    { kind: 'location', text: 'Shop', latitude: 52.1, longitude: 4.9 },
    { kind: 'contacts', text: 'Bo', contacts: [{ name: 'Bo', phoneNumbers: ['+31600000002'] }] },
  ].map((content) => ({
    name: content.kind,
    body: message(content),
    says: [{ kind: 'received', providerMessageId: 'in-1', displayName: 'Ada', content }],
  })),
  {
    name: 'several at once, one of them broken',
    body: { events: [receipt('r'), null, { type: 'typing', from: '+15550100010', isTyping: true }] },
    says: [{ kind: 'receipt' }, { kind: 'uninterpreted' }, { kind: 'typing', isTyping: true }],
  },
];

providerContract('sandbox', {
  adapter,
  incoming: INCOMING,
  settings: (apiBaseUrl) => settingsOf({ apiBaseUrl }),
  address: '+1 (555) 010-0000',
  content: { kind: 'text', text: 'Hello', actions: [], attachments: [] },
  answers: {
    accepted: { answer: { status: 202, body: '{"id":"sbx_1"}' }, providerMessageIds: ['sbx_1'] },
    rejected: [
      {
        answer: { status: 422, body: '{"error":{"code":"recipient_not_on_platform","message":"Nobody."}}' },
        code: 'RECIPIENT_NOT_ON_PLATFORM',
      },
      { answer: { status: 400, body: 'Bad Request' }, code: 'UNKNOWN' },
      { answer: { status: 401, body: '{"error":{"code":"who","message":"Who?"}}' }, code: 'CREDENTIALS_INVALID' },
      { answer: { status: 403 }, code: 'CREDENTIALS_INVALID' },
      { answer: { status: 422, body: Buffer.alloc(1024 * 1024, 32) }, code: 'UNKNOWN' },
    ],
    throttled: [
      { answer: { status: 429 } },
      { answer: { status: 429, headers: { 'retry-after': '7' }, body: 'Slow down' }, retryAfterMs: 7_000 },
      { answer: { status: 429, headers: { 'retry-after': 'soon' } } },
    ],
    unavailable: [{ status: 503, body: '{"error":{"code":"unavailable","message":"Not now."}}' }],
    unclear: [
      { status: 503, body: '{"error":{"code":"unavailable"' },
      { status: 500, body: '{"error":{"code":"unavailable","message":"Not now."}}' },
      { status: 200, body: '{"id":"sbx_1"}' },
      { status: 202, body: '{"id":""}' },
      { status: 202, body: '{"id":"a\\u0000b"}' },
      { status: 425 },
    ],
  },
  lookUp: {
    accepted: { answer: { status: 200, body: '{"id":"sbx_1"}' }, providerMessageIds: ['sbx_1'] },
    rejected: [
      {
        answer: { status: 200, body: '{"error":{"code":"content_rejected","message":"No."}}' },
        code: 'CONTENT_REJECTED',
      },
    ],
    unclear: [
      { status: 404, body: '{"error":{"code":"not_found","message":"No message."}}' },
      { status: 401, body: '{"error":{"code":"token_invalid","message":"Who?"}}' },
      { status: 202, body: '{"id":"sbx_1"}' },
      { status: 429, headers: { 'retry-after': '1' } },
    ],
  },
  receipt: (settings, reference, now) => signed(receipt(reference), settings, now),
  echoes: true,
});

describe('settings of a sandbox channel', () => {
  it('make another token for another host, and keep it for the same one', () => {
    const before = settingsOf({ apiBaseUrl: 'https://carrier.example' });
    const changed = (apiBaseUrl: string | null) => adapter.parseSettings({ apiBaseUrl }, before);
    expect(changed('https://carrier.example/v2')).toMatchObject({ ok: true, value: { token: before.token } });
    expect(changed(null)).toMatchObject({ ok: true, value: { token: before.token } });
    expect(changed('https://elsewhere.example')).toMatchObject({ ok: true });
    expect(changed('https://elsewhere.example')).not.toMatchObject({ value: { token: before.token } });
  });

  it('may be empty, and get a token of their own', () => {
    const [one, other] = [settingsOf({}), settingsOf({})];
    expect(one.token).not.toBe(other.token);
  });

  it.each([
    ['a URL that is none', { apiBaseUrl: 'carrier' }, ['apiBaseUrl']],
    ['another scheme', { apiBaseUrl: 'file:///etc/passwd' }, ['apiBaseUrl']],
    ['no number', { ratePerSecond: 'fast' }, ['ratePerSecond']],
    ['a rate below one', { ratePerSecond: 0 }, ['ratePerSecond']],
    ['half a message a second', { ratePerSecond: 0.5 }, ['ratePerSecond']],
    ['a rate beyond any carrier', { ratePerSecond: 10_001 }, ['ratePerSecond']],
    ['what nobody knows', { token: 'mine' }, ['token']],
  ])('refuse %s', (_name, input, field) => {
    expect(adapter.parseSettings(input)).toMatchObject({ ok: false, refusals: [{ field }] });
  });

  it.each([{ ratePerSecond: 0 }, { ratePerSecond: 1.5 }, { ratePerSecond: 'fast' }, { ratePerSecond: 10_001 }])(
    'tell what a rate may be: %o is none',
    (input) => {
      const [refusal] = refusalsOf(input);
      expect(refusal?.message).toBe('Calls a second: a whole number from 1 to 10000.');
    },
  );

  it('say how fast the channel is called; a thousand a second where they say nothing', () => {
    expect(adapter.rateOf(settingsOf({ ratePerSecond: 5 }))).toEqual({ perSecond: 5, burst: 5 });
    expect(adapter.rateOf(settingsOf({}))).toEqual({ perSecond: 1_000, burst: 1_000 });
  });

  it('without a carrier in this process nothing is called', async () => {
    const outcome = await adapter.send({
      settings: settingsOf({}),
      channelId: 'chan_x' as never,
      platform: 'WHATSAPP',
      reference: 'r',
      address: '+15550100000',
      content: { kind: 'text', text: 'Hello', actions: [], attachments: [] },
      part: 0,
      call: 1,
      webhookUrl: 'http://127.0.0.1:1',
      signal: AbortSignal.timeout(1_000),
    });
    expect(outcome).toMatchObject({ kind: 'rejected', failure: { code: 'PROVIDER_UNAVAILABLE' } });
  });
});

describe('signatures of a sandbox carrier', () => {
  const settings = settingsOf({});
  const minutes = (count: number) => new Date(NOW.getTime() + count * 60_000);

  it.each([
    ['stale', minutes(6)],
    ['from the future', minutes(-6)],
  ])('refuse what is %s', (_name, now) => {
    expect(adapter.verify(signed(receipt('r'), settings, NOW), settings, now)).toBe('forged');
  });

  it('bear five minutes of clocks that differ', () => {
    const webhook = signed(receipt('r'), settings, NOW);
    expect([minutes(-5), minutes(5)].map((now) => adapter.verify(webhook, settings, now))).toEqual([
      'authentic',
      'authentic',
    ]);
  });

  it.each(['', 'NaN', '1e9', '-1', ' 1780315200', '9'.repeat(400)])('refuse the time %j', (timestamp) => {
    expect(adapter.verify(signed(receipt('r'), settings, NOW, timestamp), settings, NOW)).toBe('forged');
  });
});

describe('what a sandbox webhook says', () => {
  const settings = settingsOf({});
  const said = (json: unknown) => adapter.interpret(signed(json, settings, NOW), settings);

  it('spoils no event by another one', () => {
    const events = [receipt('r'), { type: 'receipt' }, null, receipt('r')];
    expect(said({ events }).map(({ kind }) => kind)).toEqual(['receipt', 'uninterpreted', 'uninterpreted', 'receipt']);
  });

  it('reads a failure with its stage, and knows not when where the carrier does not say', () => {
    const failed = { ...receipt('r'), status: 'failed', error: { code: 'media_failed', message: 'No such image.' } };
    expect(said({ ...failed, stage: 'DELIVERY' })).toMatchObject([
      { stage: 'DELIVERY', failure: { code: 'MEDIA_FAILED', providerCode: 'media_failed' } },
    ]);
    expect(said(failed)).toMatchObject([{ stage: 'UNKNOWN', providerMessage: 'No such image.' }]);
  });

  it('reads a message with its sender, name and what it answers', () => {
    expect(said(message({ kind: 'text', text: 'Hi' }))).toEqual([
      {
        kind: 'received',
        providerMessageId: 'in-1',
        address: '+15550100000',
        displayName: 'Ada',
        occurredAt: NOW,
        content: { kind: 'text', text: 'Hi', actions: [], attachments: [] },
        replyToProviderMessageId: 'sbx_1',
      },
    ]);
  });
});
