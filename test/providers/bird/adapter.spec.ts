import { createHash, createHmac, randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { MessageContent } from '../../../src/events/message/content.js';
import { createBirdAdapter } from '../../../src/providers/bird/adapter.js';
import type { BirdSettings } from '../../../src/providers/bird/settings.js';
import { providerContract } from '../../contracts/provider.contract.js';
import { startScriptedServer } from '../../support/scripted-server.js';
import { FAILURES, INCOMING, outbound } from './incoming.js';
import { OUTGOING } from './outgoing.js';

const adapter = createBirdAdapter();
const URL_OF_HOOK = 'https://parley.example/webhooks/bird/chan_x';
const HOUR_MS = 3_600_000;

function settingsOf(input: Readonly<Record<string, unknown>> = {}): BirdSettings {
  const needed = { workspaceId: 'ws-1', channelId: 'ch-1', accessKey: 'key-1', signingKey: randomUUID() };
  const decision = adapter.parseSettings({ ...needed, organizationId: 'org-1', ...input });
  if (!decision.ok) throw new Error(JSON.stringify(decision.refusals));
  return decision.value;
}

/** Written from the contract: 32 raw bytes of the body's hash follow the text. */
function signed(text: string, { signingKey }: Pick<BirdSettings, 'signingKey'>, now: Date, url = URL_OF_HOOK) {
  const timestamp = String(Math.floor(now.getTime() / 1_000));
  const body = Buffer.from(text);
  const bytes = Buffer.concat([Buffer.from(`${timestamp}\n${url}\n`), createHash('sha256').update(body).digest()]);
  const signature = createHmac('sha256', signingKey).update(bytes).digest('base64');
  return { headers: { 'messagebird-signature': signature, 'messagebird-request-timestamp': timestamp }, url, body };
}

const errorOf = (status: number, code: string, message = 'no') => ({
  status,
  body: JSON.stringify({ code, message, details: {} }),
});
const windowOf = (said: object) => ({ status: 200, body: JSON.stringify(said) });
const TAKEN = {
  ...{ id: '5f1c2b9e-0000-4000-8000-000000000012', channelId: 'ch-1', status: 'accepted', reference: 'r' },
  receiver: { contacts: [{ id: 'c-1', identifierKey: 'phonenumber', identifierValue: '+31600000001' }] },
};

providerContract('bird', {
  adapter,
  settings: (apiBaseUrl) => settingsOf({ apiBaseUrl }),
  address: ' +31 (6) 000-000.01',
  content: { kind: 'text', text: 'Hello', actions: [], attachments: [] },
  answers: {
    accepted: { answer: { status: 202, body: JSON.stringify(TAKEN) }, providerMessageIds: [TAKEN.id] },
    rejected: [
      { answer: errorOf(400, 'InvalidPayload'), code: 'CONTENT_REJECTED' },
      { answer: errorOf(401, 'Unauthorized'), code: 'CREDENTIALS_INVALID' },
      { answer: { status: 402 }, code: 'BILLING' },
      {
        answer: { status: 403, body: '{"error":{"type":"auth","code":"E01001","message":"?"}}' },
        code: 'CREDENTIALS_INVALID',
      },
      { answer: errorOf(404, 'NotFound'), code: 'CREDENTIALS_INVALID' },
      { answer: errorOf(409, 'Conflict'), code: 'UNKNOWN' },
      { answer: { status: 413, body: '<html>' }, code: 'CONTENT_REJECTED' },
      { answer: errorOf(422, 'InvalidPayload'), code: 'CONTENT_REJECTED' },
    ],
    throttled: [
      { answer: { status: 429 } },
      { answer: { status: 429, headers: { 'retry-after': '3' }, body: 'Slow down' }, retryAfterMs: 3_000 },
    ],
    unavailable: [],
    unclear: [
      { status: 202, body: '{"id":""}' },
      { status: 200, body: '{"results":[]}' },
      errorOf(502, 'BadGateway'),
      errorOf(503, 'Unavailable'),
      errorOf(504, 'GatewayTimeout'),
      { status: 425 },
    ],
  },
  receipt: (settings, reference, now) =>
    signed(JSON.stringify(outbound({ reference, status: 'delivered' })), settings, now),
  echoes: true,
  proofAgeMaxMs: 24 * HOUR_MS,
  outgoing: OUTGOING,
  incoming: INCOMING,
  media: {
    mediaId: 'https://media.nest.messagebird.com/workspaces/ws-1/a.jpg',
    place: '/workspaces/ws-1/a.jpg',
    credentials: { authorization: 'AccessKey key-1' },
  },
  window: {
    providerContactId: 'c/1',
    asked: '/workspaces/ws-1/channels/ch-1/contacts/c%2F1',
    answers: [
      {
        answer: windowOf({ serviceWindowExpireAt: '2026-05-02T10:00:00.000Z', isPermanentSession: false }),
        says: { kind: 'until', time: new Date('2026-05-02T10:00:00.000Z') },
      },
      { answer: windowOf({ serviceWindowExpireAt: null, isPermanentSession: false }), says: { kind: 'closed' } },
      { answer: windowOf({ serviceWindowExpireAt: null, isPermanentSession: true }), says: { kind: 'permanent' } },
    ],
    unclear: [
      windowOf({ serviceWindowExpireAt: 'soon', isPermanentSession: false }),
      windowOf({}),
      ...[errorOf(401, 'Unauthorized'), errorOf(404, 'NotFound'), { status: 429 }],
    ],
  },
  account: {
    confirmed: { status: 200, body: '{"results":[]}' },
    refused: errorOf(401, 'Unauthorized'),
    registrations: 3,
  },
});

describe('the signature of a Bird webhook', () => {
  const at = new Date(1_760_000_000_000);
  const vector = {
    headers: {
      'messagebird-signature': '0LXwD48/ldy/Z0/6FT/2WFN2Cl/YEwnZBqwtN8aBlZo=',
      'messagebird-request-timestamp': '1760000000',
    },
    url: 'https://hooks.example.net/bird?ch=1',
    body: Buffer.from('{"service":"channels"}'),
  };
  const settings = settingsOf({ signingKey: 'bird-demo-key' });

  it('is that of the contract', () => {
    expect(adapter.verify(vector, settings, at)).toBe('authentic');
  });

  it.each([
    ['another path', { url: 'https://hooks.example.net/bird/?ch=1' }],
    ['another query', { url: 'https://hooks.example.net/bird?ch=2' }],
    ['another scheme', { url: 'http://hooks.example.net/bird?ch=1' }],
    ['another host', { url: 'https://127.0.0.1:4000/bird?ch=1' }],
    ['another time', { headers: { ...vector.headers, 'messagebird-request-timestamp': '1760000001' } }],
    ['no time', { headers: { 'messagebird-signature': vector.headers['messagebird-signature'] } }],
    ['no signature', { headers: { 'messagebird-request-timestamp': '1760000000' } }],
  ])('covers the whole of it: %s', (_name, changed) => {
    expect(adapter.verify({ ...vector, ...changed }, settings, at)).toBe('forged');
  });

  it('stands while Bird repeats what was missed, and no longer', () => {
    const after = (hours: number) => adapter.verify(vector, settings, new Date(at.getTime() + hours * HOUR_MS));
    expect([after(8), after(23.9), after(24.1), after(-0.1)]).toEqual(['authentic', 'authentic', 'forged', 'forged']);
  });
});

it('knows what Bird calls the contact: from what comes in, what went out from elsewhere, and the answer to a call', async () => {
  const settings = settingsOf();
  const contactId = '5f1c2b9e-0000-4000-8000-000000000077';
  const bodies = [INCOMING[0]?.body, outbound({ status: 'sent', reference: '' })];
  for (const body of bodies) {
    const webhook = signed(JSON.stringify(body), settings, new Date());
    expect(adapter.interpret(webhook, settings)[0]).toMatchObject({ providerContactId: contactId });
  }
  const server = await startScriptedServer(() => ({ status: 202, body: JSON.stringify(TAKEN) }));
  const about = {
    ...{ settings: settingsOf({ apiBaseUrl: server.baseUrl }), channelId: 'chan_x' as never },
    ...{ platform: 'WHATSAPP' as const, signal: AbortSignal.timeout(10_000) },
  };
  const content: MessageContent = { kind: 'text', text: 'Hello', actions: [], attachments: [] };
  const said = {
    ...about,
    address: '+31600000001',
    content,
    part: 0,
    call: 1,
    reference: 'r',
    webhookUrl: URL_OF_HOOK,
  };
  expect(await adapter.send(said)).toMatchObject({ kind: 'accepted', providerContactId: 'c-1' });
  // Who is addressed by Bird's id can be asked for by it; who is known by a number alone, not at all.
  const asked = server.requests.length;
  expect(await adapter.askWindow?.({ ...about, address: '+31600000001' })).toBeUndefined();
  expect(server.requests).toHaveLength(asked);
  await adapter.askWindow?.({ ...about, address: contactId });
  expect(server.requests.at(-1)?.url).toBe(`/workspaces/ws-1/channels/ch-1/contacts/${contactId}`);
  await server.close();
});

describe('settings of a Bird channel', () => {
  const needed = { workspaceId: 'ws-1', channelId: 'ch-1', accessKey: 'k', signingKey: 's' };
  it.each([
    ['no workspace', { workspaceId: undefined }, ['workspaceId']],
    ['a channel of two words', { channelId: 'ch 1' }, ['channelId']],
    ['a key that no header carries', { accessKey: 'a b' }, ['accessKey']],
    ['no signing key', { signingKey: null }, ['signingKey']],
    ['a scheme of two words', { authScheme: 'Access Key' }, ['authScheme']],
    ['a path that is a URL', { webhookSubscriptionPath: 'https://bird.example/x' }, ['webhookSubscriptionPath']],
    ['a URL that is none', { apiBaseUrl: 'bird' }, ['apiBaseUrl']],
    ['what nobody knows', { reference: 'x' }, ['reference']],
  ])('refuse %s', (_name, input, field) => {
    expect(adapter.parseSettings({ ...needed, ...input })).toMatchObject({ ok: false, refusals: [{ field }] });
  });

  it('keep what a change does not name, and lose what it takes away', () => {
    const before = settingsOf({ authScheme: 'Bearer' });
    const changed = adapter.parseSettings({ accessKey: 'key-2', authScheme: null }, before);
    const { authScheme: _gone, ...rest } = before;
    expect(changed).toEqual({ ok: true, value: { ...rest, accessKey: 'key-2' } });
  });

  it('say who calls, and where', async () => {
    const server = await startScriptedServer(() => ({ status: 202, body: JSON.stringify(TAKEN) }));
    const about = (input: object) => ({
      ...{ settings: settingsOf({ apiBaseUrl: server.baseUrl, ...input }), platform: 'WHATSAPP' as const },
      ...{ channelId: 'chan_x' as never, signal: AbortSignal.timeout(10_000), webhookUrl: URL_OF_HOOK },
    });
    const heard = () => server.requests.at(-1);
    await adapter.verifyCredentials?.(about({ workspaceId: 'a/b', channelId: 'c?d' }));
    expect(heard()).toMatchObject({ method: 'GET', url: '/workspaces/a%2Fb/channels/c%3Fd/messages?limit=1' });
    expect(heard()?.headers).toMatchObject({ authorization: 'AccessKey key-1' });
    await adapter.verifyCredentials?.(about({ authScheme: 'Bearer' }));
    expect(heard()?.headers).toMatchObject({ authorization: 'Bearer key-1' });
    await adapter.registerWebhook?.(about({}));
    expect(heard()?.url).toBe('/organizations/org-1/workspaces/ws-1/webhook-subscriptions');
    await adapter.registerWebhook?.(about({ webhookSubscriptionPath: '/v2/{workspaceId}/webhook-subscription' }));
    expect(heard()?.url).toBe('/v2/ws-1/webhook-subscription');
    await server.close();
  });

  it('subscribe to each event of the platform, once an organization is known', async () => {
    const server = await startScriptedServer(() => ({ status: 201, body: '{"id":"s-1"}' }));
    const register = (platform: 'WHATSAPP' | 'SMS', input: object = {}) =>
      adapter.registerWebhook?.({
        ...{ settings: settingsOf({ apiBaseUrl: server.baseUrl, signingKey: 'sign', ...input }), platform },
        ...{ channelId: 'chan_x' as never, signal: AbortSignal.timeout(10_000), webhookUrl: URL_OF_HOOK },
      });
    expect(await register('WHATSAPP', { organizationId: null })).toMatchObject({ kind: 'refused' });
    expect(server.requests).toEqual([]);
    expect(await register('WHATSAPP')).toEqual({ kind: 'confirmed' });
    expect(await register('SMS')).toEqual({ kind: 'confirmed' });
    const events = ['whatsapp.inbound', 'whatsapp.outbound', 'whatsapp.interaction', 'sms.inbound', 'sms.outbound'];
    expect(server.requests.map(({ body }) => JSON.parse(body.toString()) as unknown)).toEqual(
      events.map((event) => ({
        ...{ service: 'channels', event, url: URL_OF_HOOK, signingKey: 'sign', template: null },
        eventFilters: [{ key: 'channelId', value: 'ch-1' }],
      })),
    );
    await server.close();
  });
});

describe('what Bird answers of a refusal', () => {
  it.each([
    [
      'its own form',
      errorOf(422, 'InvalidPayload', 'body.text is required'),
      'InvalidPayload',
      'body.text is required',
    ],
    [
      "another API's form",
      { status: 404, body: '{"error":{"type":"t","code":"E01001","message":"No such route."}}' },
      'E01001',
      'No such route.',
    ],
    ['no form at all', { status: 400, body: 'Bad things' }, '400', 'Bad things'],
  ])('is kept: %s', async (_name, answer, providerCode, providerMessage) => {
    const server = await startScriptedServer(() => answer);
    const outcome = await adapter.send({
      ...{ settings: settingsOf({ apiBaseUrl: server.baseUrl }), channelId: 'chan_x' as never, platform: 'WHATSAPP' },
      ...{ reference: 'r', address: '+31600000001', part: 0, call: 1, webhookUrl: URL_OF_HOOK },
      content: { kind: 'text', text: 'hi', actions: [], attachments: [] },
      signal: AbortSignal.timeout(10_000),
    });
    await server.close();
    expect(outcome).toMatchObject({ kind: 'rejected', failure: { providerCode }, providerMessage });
  });
});

describe('a message that failed after it was accepted', () => {
  const settings = settingsOf();
  it.each(FAILURES)('$name', ({ body, says }) => {
    const webhook = signed(JSON.stringify(body), settings, new Date());
    expect(adapter.interpret(webhook, settings)).toMatchObject(says);
  });
});

describe('an address', () => {
  it.each([
    ['WHATSAPP', '+31 6 0000 0001', '+31600000001'],
    ['WHATSAPP', 'NL.13490', 'NL.13490'],
    ['SMS', 'NL.13490', undefined],
    ['WHATSAPP', '5F1C2B9E-0000-4000-8000-000000000077', '5f1c2b9e-0000-4000-8000-000000000077'],
    ['WHATSAPP', '31600000001', undefined],
    ['WHATSAPP', '@mia', undefined],
  ] as const)('%s %s', (platform, given, spelled) => {
    expect(adapter.normalizeAddress(platform, given)).toBe(spelled);
  });

  it.each([
    ['NL.13490', { identifierKey: 'whatsappbsuid', identifierValue: 'NL.13490' }],
    ['5f1c2b9e-0000-4000-8000-000000000077', { id: '5f1c2b9e-0000-4000-8000-000000000077' }],
  ])('is named to Bird as what it is: %s', async (address, receiver) => {
    const server = await startScriptedServer(() => ({ status: 202, body: JSON.stringify(TAKEN) }));
    await adapter.send({
      ...{ settings: settingsOf({ apiBaseUrl: server.baseUrl }), channelId: 'chan_x' as never, platform: 'WHATSAPP' },
      ...{ reference: 'r', address, part: 0, call: 1, webhookUrl: URL_OF_HOOK },
      content: { kind: 'text', text: 'hi', actions: [], attachments: [] },
      signal: AbortSignal.timeout(10_000),
    });
    await server.close();
    expect(JSON.parse(server.requests[0]?.body.toString() ?? '')).toMatchObject({ receiver: { contacts: [receiver] } });
  });
});

describe('what Bird cannot carry', () => {
  const settings = settingsOf();
  const refused = (content: MessageContent, platform: 'WHATSAPP' | 'SMS' = 'WHATSAPP') =>
    (adapter.refuse?.(content, platform, settings) ?? []).map(({ code, field }) => `${code} ${field.join('.')}`);
  const text: Extract<MessageContent, { kind: 'text' }> = { kind: 'text', text: 'Hi', actions: [], attachments: [] };
  const url = 'https://example.net/1';
  const link = { kind: 'LINK', text: 'Open', url } as const;
  const reply = { kind: 'REPLY', text: 'Yes' } as const;
  const section = (title?: string) => ({ title, actions: [reply] });

  it.each<readonly [string, MessageContent, readonly string[]]>([
    ['a subject', { ...text, subject: 'News' }, ['CONTENT_UNSUPPORTED subject']],
    [
      'two values for one blank of a template',
      {
        ...{ kind: 'template', text: '', name: 'p' },
        parameters: (['HEADER', 'BODY'] as const).map((part) => ({ key: '1', part, value: part })),
      },
      ['CONTENT_INVALID parameters'],
    ],
    [
      'title and text that are too long together',
      { ...text, title: 'T', text: 'x'.repeat(4_096) },
      ['CONTENT_INVALID text'],
    ],
    [
      'the same above a button',
      { ...text, footer: 'F', text: 'x'.repeat(1_022), actions: [reply] },
      ['CONTENT_INVALID text'],
    ],
    ['a link beside a button', { ...text, actions: [link, reply] }, ['CONTENT_UNSUPPORTED actions']],
    [
      'a button below a picture without words',
      { kind: 'image', text: '', images: [{ url }], actions: [reply] },
      ['CONTENT_INVALID text'],
    ],
    [
      'a file of no type',
      { kind: 'file', text: '', files: [{ url, contentType: 'video/mp4' }, { url }], actions: [] },
      ['CONTENT_INVALID files.1.contentType'],
    ],
    [
      'sections without titles',
      { kind: 'list', text: 'Pick', sections: [section('A'), section()] },
      ['CONTENT_INVALID sections'],
    ],
    [
      'a row that opens a link',
      { kind: 'list', text: 'Pick', sections: [{ actions: [link] }] },
      ['CONTENT_UNSUPPORTED sections'],
    ],
    [
      'more than a request may have',
      {
        ...{ kind: 'template', text: '', name: 'p' },
        parameters: [1, 2, 3, 4].map((key) => ({ key: String(key), part: 'BODY', value: 'x'.repeat(60_000) })),
      },
      ['CONTENT_INVALID '],
    ],
    ['nothing of that', { ...text, title: 'T', actions: [reply] }, []],
  ])('%s', (_name, content, refusals) => {
    expect(refused(content)).toEqual(refusals);
  });

  it('on SMS only what the whole may have', () => {
    expect(refused({ ...text, title: 'T', text: 'x'.repeat(4_096) }, 'SMS')).toEqual([]);
    expect(refused({ ...text, text: 'x'.repeat(190_000) }, 'SMS')).toEqual(['CONTENT_INVALID ']);
  });
});
