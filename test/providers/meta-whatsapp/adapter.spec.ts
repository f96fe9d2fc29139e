import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { channelIds } from '../../../src/events/kernel/ids.js';
import type { MessageContent } from '../../../src/events/message/content.js';
import { createWhatsAppAdapter } from '../../../src/providers/meta-whatsapp/adapter.js';
import type { WhatsAppSettings } from '../../../src/providers/meta-whatsapp/settings.js';
import { providerContract } from '../../contracts/provider.contract.js';
import { startScriptedServer, type ScriptedServer } from '../../support/scripted-server.js';
import { signed } from '../meta/signature.js';
import { change, INCOMING, status, webhookOf } from './incoming.js';
import { OUTGOING } from './outgoing.js';
import { said, TEMPLATE_PAGES, TOLD } from './templates.js';

const adapter = createWhatsAppAdapter();
const GIVEN = { phoneNumberId: '1100', accessToken: 'EAAtoken', appSecret: 'app-secret', verifyToken: 'tok' };

function settingsOf(input: Readonly<Record<string, unknown>> = {}): WhatsAppSettings {
  const decision = adapter.parseSettings({ ...GIVEN, ...input });
  if (!decision.ok) throw new Error(JSON.stringify(decision.refusals));
  return decision.value;
}

const CHANNEL = channelIds.fromUuid('01890a5d-ac96-774b-bcce-b302099a8058');
const url = 'https://parley.example/webhooks/meta-whatsapp/chan_x';
const errorOf = (code: number, httpStatus = 400) => ({
  status: httpStatus,
  body: JSON.stringify({ error: { message: `(#${code}) …`, type: 'OAuthException', code, fbtrace_id: 'A' } }),
});

/** The contract's table. */
const CODES: readonly (readonly [code: string, isRetryable: boolean, ...codes: number[]])[] = [
  ['CREDENTIALS_INVALID', false, 0, 190, 3, 10, 200, 299, 33, 131_045, 133_010],
  ['CONTENT_REJECTED', false, 100, 131_008, 131_009, 131_051],
  ['POLICY', false, 368, 131_031, 130_497, 130_472, 131_030, 131_037, 131_063],
  ['POLICY', true, 131_049],
  ['RATE_LIMITED', true, 131_048, 131_064, 132_069],
  ['RECIPIENT_INVALID', false, 131_021, 131_062, 137_000],
  ['RECIPIENT_UNREACHABLE', false, 131_026],
  ['BILLING', false, 131_042, 131_044],
  ['SERVICE_WINDOW_CLOSED', false, 131_047],
  ['RECIPIENT_OPTED_OUT', false, 131_050],
  ['MEDIA_FAILED', true, 131_052, 131_053],
  ['TEMPLATE_INVALID', false, 132_000, 132_001, 132_005, 132_007, 132_008, 132_012, 132_015, 132_016, 132_068],
  ['UNKNOWN', true, 135_000],
];
const REFUSALS = CODES.flatMap(([code, isRetryable, ...all]) => all.map((one) => ({ code, isRetryable, one })));
/** As statuses have them: there a fault of the service is a failure too. */
const FAULTS = [
  ...[2, 131_016, 133_004, 131_057].map((one) => ({ code: 'PROVIDER_UNAVAILABLE', isRetryable: true, one })),
  ...[4, 80_007, 130_429, 131_056, 133_016, 613].map((one) => ({ code: 'RATE_LIMITED', isRetryable: true, one })),
  { code: 'UNKNOWN', isRetryable: true, one: 131_000 },
];

providerContract('meta-whatsapp', {
  adapter,
  settings: (apiBaseUrl) => settingsOf({ apiBaseUrl, wabaId: '900', appSecret: randomUUID() }),
  address: '+31 6 0000 0001',
  content: { kind: 'text', text: 'Hello', actions: [], attachments: [] },
  answers: {
    accepted: {
      answer: {
        status: 200,
        body: JSON.stringify({
          messaging_product: 'whatsapp',
          contacts: [{ input: '31600000001', wa_id: '31600000001', user_id: 'NL.1349' }],
          messages: [{ id: 'wamid.HBg', message_status: 'held_for_quality_assessment' }],
        }),
      },
      providerMessageIds: ['wamid.HBg'],
    },
    rejected: [
      ...REFUSALS.map(({ code, one }) => ({ answer: errorOf(one), code })),
      { answer: errorOf(131_026, 500), code: 'RECIPIENT_UNREACHABLE' },
      { answer: errorOf(999_999), code: 'UNKNOWN' },
      { answer: { status: 401 }, code: 'CREDENTIALS_INVALID' },
    ],
    throttled: [
      ...[4, 80_007, 130_429, 133_016, 613].map((code) => ({ answer: errorOf(code) })),
      { answer: errorOf(130_429, 429) },
      { answer: { ...errorOf(4, 403), headers: { 'retry-after': '3' } }, retryAfterMs: 3_000 },
      { answer: { status: 429 } },
    ],
    unavailable: [errorOf(2, 503), errorOf(131_016, 503), errorOf(133_004), errorOf(131_057, 500)],
    unclear: [errorOf(1), errorOf(131_000, 500), errorOf(999_999, 500), { status: 200, body: '{"messages":[]}' }],
  },
  receipt: (settings, reference, now) => {
    const timestamp = String(Math.floor(now.getTime() / 1_000));
    const statuses = [status('delivered', { timestamp, biz_opaque_callback_data: reference })];
    return { url, ...signed(webhookOf(change({ statuses })), settings.appSecret) };
  },
  echoes: true,
  isTimely: false,
  signals: {
    showTyping: {
      path: '/v25.0/1100/messages',
      body: {
        ...{ messaging_product: 'whatsapp', status: 'read', message_id: 'of-the-last-message' },
        typing_indicator: { type: 'text' },
      },
    },
    markRead: {
      path: '/v25.0/1100/messages',
      body: { messaging_product: 'whatsapp', status: 'read', message_id: 'incoming-1' },
    },
  },
  outgoing: OUTGOING,
  incoming: INCOMING,
  media: {
    mediaId: '7000001',
    located: {
      status: 200,
      body: JSON.stringify({
        ...{ url: 'https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=7', mime_type: 'image/jpeg' },
        ...{ sha256: 'x', file_size: 10, id: '7000001', messaging_product: 'whatsapp' },
      }),
    },
    place: '/whatsapp_business/attachments/?mid=7',
    credentials: { authorization: `Bearer ${GIVEN.accessToken}` },
    refusals: [
      { answer: errorOf(100), kind: 'gone' },
      { answer: errorOf(131_052), kind: 'gone' },
      { answer: { status: 404 }, kind: 'gone' },
      { answer: errorOf(190, 401), kind: 'refused' },
      { answer: errorOf(10, 403), kind: 'refused' },
      { answer: { ...errorOf(4), headers: { 'retry-after': '3' } }, kind: 'throttled' },
      { answer: errorOf(131_000, 500), kind: 'unavailable' },
      { answer: { status: 200, body: '{"url":"file:///etc/passwd"}' }, kind: 'unknown' },
    ],
  },
  handshake: {
    query: 'hub.mode=subscribe&hub.verify_token=tok&hub.challenge=1158201444',
    echo: '1158201444',
    refused: ['hub.mode=subscribe&hub.verify_token=other&hub.challenge=1', 'hub.verify_token=tok&hub.challenge=1'],
  },
  account: {
    confirmed: { status: 200, body: '{"id":"1100","display_phone_number":"+31 20 000 0000","success":true}' },
    refused: errorOf(190, 401),
  },
  templates: {
    asked: [
      ...(['', '&after=QVFI'] as const).map(
        (after) => `/v25.0/900/message_templates?fields=name%2Clanguage%2Cstatus%2Ccomponents&limit=100${after}`,
      ),
    ] as [string, string],
    pages: TEMPLATE_PAGES,
    says: [TOLD, [{ name: 'last', locale: 'en_US', status: 'PAUSED', words: said({ body: 'Bye' }) }]],
    refused: errorOf(190, 401),
  },
});

describe('each code of the table', () => {
  const settings = settingsOf();
  it.each([...REFUSALS, ...FAULTS])('$one in a status is $code', ({ code, isRetryable, one }) => {
    const statuses = [status('failed', { errors: [{ code: one, title: 'Why' }] })];
    const { body, headers } = signed(webhookOf(change({ statuses })), settings.appSecret);
    expect(adapter.interpret({ url, headers, body }, settings)).toMatchObject([
      { kind: 'receipt', status: 'failed', failure: { code, isRetryable, providerCode: String(one) } },
    ]);
  });
});

describe('settings of a WhatsApp channel', () => {
  it.each([
    ['no number', { phoneNumberId: undefined }, ['phoneNumberId']],
    ['a number that would leave its path', { phoneNumberId: '1/../2' }, ['phoneNumberId']],
    ['no secret', { appSecret: undefined }, ['appSecret']],
    ['a version that is none', { apiVersion: '25' }, ['apiVersion']],
    ['a URL that is none', { apiBaseUrl: 'graph' }, ['apiBaseUrl']],
    ['what nobody knows', { pin: '123456' }, ['pin']],
  ])('refuse %s', (_name, input, field) => {
    expect(adapter.parseSettings({ ...GIVEN, ...input })).toMatchObject({ ok: false, refusals: [{ field }] });
  });
});

describe('an address on WhatsApp', () => {
  it.each([
    ['31600000001', '+31600000001'],
    [' +31 (6) 0000-0001 ', '+31600000001'],
    ['NL.13490000000000', 'NL.13490000000000'],
    ['group:Z3JvdXA=', 'group:Z3JvdXA='],
    ['0600000001', undefined],
    ['+31', undefined],
    ['mia', undefined],
  ])('%s', (given, normalized) => expect(adapter.normalizeAddress('WHATSAPP', given)).toBe(normalized));
});

describe('a call', () => {
  let server: ScriptedServer;
  beforeAll(async () => {
    server = await startScriptedServer(() => 'drop');
  });
  afterAll(() => server.close());
  const send = (address: string) =>
    adapter.send({
      ...{ settings: settingsOf({ apiBaseUrl: server.baseUrl, apiVersion: 'v26.0' }), address, part: 0, call: 1 },
      ...{ platform: 'WHATSAPP', reference: 'ref', webhookUrl: url, signal: AbortSignal.timeout(10_000) },
      ...{ channelId: CHANNEL, content: { kind: 'text', text: 'hi', actions: [], attachments: [] } },
    });

  it('goes to whom it should, and says under which number he is known', async () => {
    const contacts = [{ input: '5511900000001', wa_id: '551100000001' }];
    const body = JSON.stringify({ contacts, messages: [{ id: 'wamid.1' }] });
    server.answer = () => ({ status: 200, body });
    expect(await send('+5511900000001')).toMatchObject({ kind: 'accepted', providerAddress: '+551100000001' });
    await send('NL.1349');
    await send('group:Z3JvdXA=');
    const asked = server.requests.map(({ body: sent }) => JSON.parse(sent.toString()) as object);
    expect(asked).toMatchObject([
      { recipient_type: 'individual', to: '5511900000001' },
      { recipient_type: 'individual', recipient: 'NL.1349' },
      { recipient_type: 'group', to: 'Z3JvdXA=' },
    ]);
    expect(server.requests[0]).toMatchObject({
      ...{ url: '/v26.0/1100/messages', headers: { authorization: `Bearer ${GIVEN.accessToken}` } },
    });
  });

  it('shows who types about the last message, and of none nothing', async () => {
    server.answer = () => ({ status: 200, body: '{"success":true}' });
    const before = server.requests.length;
    const show = (lastProviderMessageId?: string) =>
      adapter.showTyping?.({
        ...{ settings: settingsOf({ apiBaseUrl: server.baseUrl }), channelId: CHANNEL, platform: 'WHATSAPP' },
        ...{ address: '+31600000001', signal: AbortSignal.timeout(10_000), lastProviderMessageId },
      });
    await show();
    expect(server.requests).toHaveLength(before);
    await show('wamid.A');
    expect(JSON.parse(server.requests.at(-1)?.body.toString() ?? '')).toEqual({
      ...{ messaging_product: 'whatsapp', status: 'read', message_id: 'wamid.A' },
      typing_indicator: { type: 'text' },
    });
  });

  it('of a pair of numbers that writes too often holds up no other', async () => {
    server.answer = () => errorOf(131_056);
    expect(await send('+31600000001')).toEqual({ kind: 'throttled', isOfAddress: true });
  });
});

describe('what WhatsApp cannot carry', () => {
  const settings = settingsOf();
  const refused = (content: MessageContent) =>
    (adapter.refuse?.(content, 'WHATSAPP', settings) ?? []).map(({ code, field }) => `${code} ${field.join('.')}`);
  const text: Extract<MessageContent, { kind: 'text' }> = { kind: 'text', text: 'Hi', actions: [], attachments: [] };
  const reply = { kind: 'REPLY', text: 'A' } as const;
  const link = { kind: 'LINK', text: 'A', url: 'https://a.example' } as const;
  const media = { url: 'https://a.example/1.jpg' };
  const list: Extract<MessageContent, { kind: 'list' }> = {
    ...{ kind: 'list', text: 'Pick', buttonText: 'Open', sections: [{ actions: [reply] }] },
  };
  const carousel = (...cards: Extract<MessageContent, { kind: 'carousel' }>['cards']): MessageContent => ({
    ...{ kind: 'carousel', text: 'Look', cards },
  });
  const template: Extract<MessageContent, { kind: 'template' }> = {
    ...{ kind: 'template', text: '', name: 'order_ready', locale: 'nl', parameters: [] },
  };
  const card = { media, actions: [reply] };

  it.each<readonly [string, MessageContent, string]>([
    ['a subject', { ...text, subject: 'News' }, 'CONTENT_UNSUPPORTED subject'],
    ['too much together', { ...text, title: 'T', text: 'x'.repeat(4_096) }, 'CONTENT_INVALID text'],
    [
      'a caption that is too long with its footer',
      { kind: 'image', text: 'x'.repeat(1_020), footer: 'shop', images: [media], actions: [] },
      'CONTENT_INVALID text',
    ],
    ['a link beside an answer', { ...text, actions: [reply, link] }, 'CONTENT_UNSUPPORTED actions'],
    ['two links', { ...text, actions: [link, link] }, 'CONTENT_UNSUPPORTED actions'],
    [
      'buttons below a picture without words',
      { kind: 'image', text: '', images: [media], actions: [reply] },
      'CONTENT_INVALID text',
    ],
    ['a list that nothing opens', { ...list, buttonText: undefined }, 'CONTENT_INVALID buttonText'],
    [
      'sections without titles',
      { ...list, sections: [{ title: 'A', actions: [reply] }, { actions: [reply] }] },
      'CONTENT_INVALID sections',
    ],
    ['a row that is a link', { ...list, sections: [{ actions: [link] }] }, 'CONTENT_UNSUPPORTED sections'],
    ['cards without words above them', { kind: 'carousel', text: '', cards: [card, card] }, 'CONTENT_INVALID text'],
    ['a card without a picture', carousel(card, { text: 'A', actions: [reply] }), 'CONTENT_INVALID cards'],
    ['a card of three lines and more', carousel({ ...card, text: 'a\nb\nc\nd' }, card), 'CONTENT_INVALID cards'],
    [
      'a card that is too long with its title',
      carousel({ ...card, title: 'T', text: 'x'.repeat(159) }, card),
      'CONTENT_INVALID cards',
    ],
    ['cards of different kinds', carousel(card, { media, actions: [link] }), 'CONTENT_UNSUPPORTED cards'],
    [
      'cards with nothing to tap',
      carousel({ media, actions: [] }, { media, actions: [] }),
      'CONTENT_UNSUPPORTED cards',
    ],
    ['a template without its locale', { ...template, locale: undefined }, 'CONTENT_INVALID locale'],
    [
      'a file in the words of a template',
      { ...template, parameters: [{ key: '1', part: 'BODY', media }] },
      'CONTENT_UNSUPPORTED parameters',
    ],
    [
      'a button of a template that has no place',
      { ...template, parameters: [{ key: 'pay', part: 'BUTTON', value: 'x' }] },
      'CONTENT_INVALID parameters',
    ],
  ])('%s', (_name, content, refusal) => {
    expect(refused(content)).toEqual([refusal]);
  });

  type Parameter = Extract<MessageContent, { kind: 'template' }>['parameters'][number];

  it.each<readonly [string, Parameter]>([
    ['nothing in the words', { key: '1', part: 'BODY', value: '' }],
    ['a space in the header', { key: '1', part: 'HEADER', value: ' ' }],
    ['more than a heading has', { key: '1', part: 'HEADER', value: 'x'.repeat(61) }],
    ['more than a template has', { key: '1', part: 'BODY', value: 'x'.repeat(32_769) }],
    ['more than a link has', { key: '0', part: 'BUTTON', value: 'x'.repeat(2_001) }],
    ['more than comes back with a tap', { key: '0:quick_reply', part: 'BUTTON', value: 'x'.repeat(257) }],
    ['more than that, by its kept form', { key: '0', part: 'BUTTON', value: 'x'.repeat(257), fills: 'REPLY' }],
  ])('a blank of a template that is filled with %s', (_name, parameter) => {
    expect(refused({ ...template, parameters: [parameter] })).toEqual(['CONTENT_INVALID parameters']);
  });
});

describe('registering the webhook', () => {
  it('subscribes the account, or names the address for the number alone', async () => {
    const server = await startScriptedServer(() => ({ status: 200, body: '{"success":true}' }));
    const ask = (input: object) =>
      adapter.registerWebhook?.({
        ...{ settings: settingsOf({ apiBaseUrl: server.baseUrl, ...input }), channelId: CHANNEL },
        ...{ platform: 'WHATSAPP', webhookUrl: url, signal: AbortSignal.timeout(10_000) },
      });
    try {
      expect(await ask({ wabaId: '900' })).toEqual({ kind: 'confirmed' });
      expect(await ask({})).toEqual({ kind: 'confirmed' });
      const address = { override_callback_uri: url, verify_token: 'tok' };
      expect(server.requests.map(({ url: path, body }) => [path, JSON.parse(body.toString())])).toEqual([
        ['/v25.0/900/subscribed_apps', address],
        ['/v25.0/1100', { webhook_configuration: address }],
      ]);
    } finally {
      await server.close();
    }
  });
});
