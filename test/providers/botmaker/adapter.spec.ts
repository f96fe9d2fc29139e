import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { channelIds } from '../../../src/events/kernel/ids.js';
import type { MessageContent } from '../../../src/events/message/content.js';
import { createBotmakerAdapter } from '../../../src/providers/botmaker/adapter.js';
import { accountOf, type BotmakerSettings } from '../../../src/providers/botmaker/settings.js';
import { providerContract } from '../../contracts/provider.contract.js';
import { startScriptedServer, type ScriptedServer } from '../../support/scripted-server.js';
import { INCOMING } from './incoming.js';
import { OUTGOING } from './outgoing.js';

const adapter = createBotmakerAdapter();
const CHANNEL_ID = 'shop-whatsapp-31200000000';

function settingsOf(input: Readonly<Record<string, unknown>> = {}): BotmakerSettings {
  const given = { channelId: CHANNEL_ID, accessToken: 'access.jwt', webhookToken: randomUUID(), ...input };
  const decision = adapter.parseSettings(given);
  if (!decision.ok) throw new Error(JSON.stringify(decision.refusals));
  return decision.value;
}

const webhook = (json: unknown, { webhookToken }: BotmakerSettings) => ({
  headers: { 'auth-bm-token': webhookToken },
  url: 'https://parley.example/webhooks/botmaker/chan_x',
  body: Buffer.from(JSON.stringify(json)),
});

const json = (status: number, body: unknown) => ({ status, body: JSON.stringify(body) });
const errorOf = (source: string, message: string) => json(400, { errors: [{ type: 'INVALID', source, message }] });
/** The documentation ends before its fields: these are the likely ones. */
const STATUS = { type: 'status', chatChannelId: CHANNEL_ID, _id: 'MSG9', status: 'Delivered', txId: 'tx1' };
const REFRESHING = { clientId: 'client', secretId: 'secret-id', refreshToken: 'refresh-1' };
const RENEWED = { clientId: 'client', secretId: 'secret-id', accessToken: 'a.b.c', refreshToken: 'refresh-2' };
const FEEDBACK = '/v2.0/chats-actions/send-read-typing-feedback';
const TAKEN = { webhookNotificationId: 'abc123' };

providerContract('botmaker', {
  adapter,
  settings: (apiBaseUrl) => settingsOf({ apiBaseUrl }),
  address: ' +31600000001',
  content: { kind: 'text', text: 'Hello', actions: [], attachments: [] },
  answers: {
    accepted: { answer: json(202, TAKEN), providerMessageIds: ['abc123'] },
    acceptedToo: [{ answer: json(200, TAKEN), providerMessageIds: ['abc123'] }],
    rejected: [
      { answer: errorOf('chat.contactId', 'No such chat'), code: 'RECIPIENT_INVALID' },
      { answer: errorOf('intentIdOrName', 'No such intent'), code: 'TEMPLATE_INVALID' },
      { answer: errorOf('messages[0].media.mimeType', 'Not among the types'), code: 'MEDIA_FAILED' },
      { answer: errorOf('messages[0].text', 'Is missing'), code: 'CONTENT_REJECTED' },
      { answer: { status: 400, body: 'Bad Request' }, code: 'CONTENT_REJECTED' },
      { answer: { status: 401 }, code: 'CREDENTIALS_INVALID' },
      { answer: { status: 403 }, code: 'POLICY' },
      { answer: json(403, { error: { code: 101, message: 'Insufficient credit' } }), code: 'BILLING' },
      { answer: { status: 404 }, code: 'RECIPIENT_INVALID' },
      { answer: { status: 410 }, code: 'UNKNOWN' },
    ],
    throttled: [
      { answer: { status: 429 } },
      { answer: { status: 429, headers: { 'retry-after': '20' } }, retryAfterMs: 20_000 },
    ],
    unavailable: [],
    unclear: [
      json(202, { webhookNotificationId: '' }),
      json(200, { errors: [{ type: 'x', source: 'y', message: 'z' }] }),
      json(502, { errors: [{ type: 'x' }] }),
      { status: 504 },
    ],
  },
  receipt: (settings, reference) => webhook({ ...STATUS, webhookPayload: reference }, settings),
  echoes: true,
  proof: 'secret',
  signals: {
    showTyping: { path: FEEDBACK, body: { channelId: CHANNEL_ID, contactId: '31600000001', typing: true } },
    markRead: { path: FEEDBACK, body: { channelId: CHANNEL_ID, contactId: '31600000001', typing: false } },
  },
  outgoing: OUTGOING,
  incoming: INCOMING,
  window: {
    asked: `/v2.0/chats/${CHANNEL_ID}:31600000001`,
    answers: [
      {
        answer: json(200, { whatsAppWindowCloseDatetime: '2026-05-02T09:00:01.000Z', lastUserMessageDatetime: null }),
        says: { kind: 'until', time: new Date('2026-05-02T09:00:01.000Z') },
      },
      {
        answer: json(200, { lastUserMessageDatetime: '2026-05-01T09:00:01.000Z' }),
        says: { kind: 'until', time: new Date('2026-05-02T09:00:01.000Z') },
      },
      { answer: json(200, { whatsAppWindowCloseDatetime: null }), says: { kind: 'closed' } },
      { answer: { status: 404 }, says: { kind: 'closed' } },
    ],
    unclear: [json(200, {}), json(200, { whatsAppWindowCloseDatetime: 'soon' }), { status: 401 }, { status: 429 }],
  },
  account: {
    confirmed: json(200, { items: [{ id: CHANNEL_ID, platform: 'whatsapp', name: 'Shop' }] }),
    refused: { status: 401 },
  },
  credentials: {
    settings: (apiBaseUrl) => settingsOf({ apiBaseUrl, ...REFRESHING }),
    asks: { path: '/v2.0/auth/credentials', body: REFRESHING },
    renewed: [{ answer: json(200, RENEWED), changes: RENEWED }],
    refused: [{ status: 400 }, { status: 401 }],
    elsewhere: [{ status: 302 }, { status: 403, body: 'Forbidden' }, { status: 404 }],
    throttled: [
      { answer: { status: 429 } },
      { answer: { status: 429, headers: { 'retry-after': '20' } }, retryAfterMs: 20_000 },
    ],
    unclear: [json(200, { accessToken: 'a' }), json(202, RENEWED), { status: 504 }],
  },
});

describe('a call to Botmaker', () => {
  let server: ScriptedServer;
  beforeAll(async () => {
    server = await startScriptedServer(() => json(200, TAKEN));
  });
  afterAll(() => server.close());
  const request = (input: Readonly<Record<string, unknown>> = {}) => ({
    settings: settingsOf({ apiBaseUrl: server.baseUrl, ...input }),
    channelId: channelIds.fromUuid('01890a5d-ac96-774b-bcce-b302099a8058'),
    ...{ reference: 'msg_x.1.0', part: 0, call: 1, webhookUrl: 'https://parley.example/' },
    signal: AbortSignal.timeout(5_000),
  });
  const content: MessageContent = { kind: 'text', text: 'Hi', actions: [], attachments: [] };

  it('shows the token in its own header, and takes 200 for what 202 is', async () => {
    const outcome = await adapter.send({ ...request(), platform: 'WHATSAPP', address: '+31600000001', content });
    expect(outcome).toEqual({ kind: 'accepted', providerMessageIds: ['abc123'] });
    const { headers } = server.requests.at(-1) ?? {};
    expect(headers).toMatchObject({ 'access-token': 'access.jwt' });
    expect(headers).not.toHaveProperty('authorization');
  });

  it('names contacts of other platforms by their ids there', async () => {
    const channelId = 'shop-telegram-shop_bot';
    await adapter.send({ ...request({ channelId }), platform: 'TELEGRAM', address: '+77', content });
    expect(JSON.parse(server.requests.at(-1)?.body.toString() ?? '')).toMatchObject({
      chat: { channelId, contactId: '+77' },
    });
  });

  it('shows the contact that somebody types', async () => {
    await adapter.showTyping?.({ ...request(), platform: 'WHATSAPP', address: '+31600000001' });
    expect(server.requests.at(-1)).toMatchObject({ url: '/v2.0/chats-actions/send-read-typing-feedback' });
    expect(JSON.parse(server.requests.at(-1)?.body.toString() ?? '')).toEqual({
      ...{ channelId: CHANNEL_ID, contactId: '31600000001', typing: true },
    });
  });

  it('takes a reaction for done where the answer says nothing of it', async () => {
    server.answer = () => ({ status: 202 });
    const reaction: MessageContent = { kind: 'reaction', text: '👍', emoji: '👍', targetMessageId: 'msg_x' };
    const said = { ...request(), platform: 'WHATSAPP', address: '+31600000001', content: reaction } as const;
    expect(await adapter.send({ ...said, replyToProviderMessageId: 'MSG1' })).toEqual({
      ...{ kind: 'accepted', providerMessageIds: [] },
    });
  });

  it('learns what its channel is called, also where it is known by its bare number', async () => {
    server.answer = () => json(200, { items: [{ id: 'shop-webchat-1' }, { id: CHANNEL_ID, name: 'Shop' }] });
    const asked = { ...request({ channelId: '31200000000' }), platform: 'WHATSAPP' } as const;
    expect(await adapter.verifyCredentials?.(asked)).toEqual({ kind: 'confirmed', account: 'Shop' });
    expect(server.requests.at(-1)).toMatchObject({ method: 'GET', url: '/v2.0/channels?active=true' });
    server.answer = () => ({ status: 429 });
    expect(await adapter.verifyCredentials?.(asked)).toEqual({ kind: 'unavailable' });
  });
});

describe('settings of a Botmaker channel', () => {
  it.each([
    ['no channel', { channelId: undefined }, ['channelId']],
    ['a token that no header carries', { accessToken: 'two\nlines' }, ['accessToken']],
    ['no token of webhooks: nobody could tell whose they are', { webhookToken: undefined }, ['webhookToken']],
    ['a refresh by halves', { clientId: 'c', secretId: 's' }, ['refreshToken']],
    ['a URL that is none', { apiBaseUrl: 'botmaker' }, ['apiBaseUrl']],
    ['what nobody knows', { secret: 'x' }, ['secret']],
  ])('refuse %s', (_name, input, field) => {
    const given = { channelId: CHANNEL_ID, accessToken: 'a', webhookToken: 'w', ...input };
    expect(adapter.parseSettings(given)).toMatchObject({ ok: false, refusals: [{ field }] });
  });

  it('know a channel by its id on its platform, however it is spelled', () => {
    for (const channelId of [CHANNEL_ID, '31200000000', '+31200000000', 'my-own-shop-whatsapp-31200000000'])
      expect(accountOf(channelId)).toBe('31200000000');
    expect(accountOf('shop-messenger-5125186904100')).toBe('5125186904100');
    expect(accountOf('123456789:AAtoken')).toBeUndefined();
    expect(adapter.accountOf?.(settingsOf())).toBe('31200000000');
  });

  it('by which a token stands say nothing of whose an entry is', () => {
    const settings = settingsOf({ channelId: '123456789:AAtoken' });
    const [said] = adapter.interpret(webhook(INCOMING[0]?.body, settings), settings);
    expect(said).not.toHaveProperty('account');
  });
});

describe('an address', () => {
  it.each([
    ['WHATSAPP', '31600000001', '+31600000001'],
    ['WHATSAPP', '+31 (6) 0000-0001', '+31600000001'],
    ['WHATSAPP', 'mia', undefined],
    ['MESSENGER', ' 998877 ', '998877'],
    ['WEBCHAT', 'a b', undefined],
  ] as const)('of %s: %s', (platform, address, normalized) => {
    expect(adapter.normalizeAddress(platform, address)).toBe(normalized);
  });
});

describe('what Botmaker carries', () => {
  const kinds = (platform: (typeof adapter.platforms)[number]) =>
    Object.keys(adapter.capabilitiesOf(platform).content).sort();

  it('more on WhatsApp than elsewhere', () => {
    const everywhere = ['file', 'image', 'location', 'reaction', 'template', 'text'];
    expect(kinds('WEBCHAT')).toEqual(everywhere);
    expect(kinds('WHATSAPP')).toEqual([...everywhere, 'contacts', 'list'].sort());
    expect(adapter.capabilitiesOf('WHATSAPP').content.text?.actionKinds).toBeUndefined();
    expect(adapter.capabilitiesOf('MESSENGER').content.text?.actionKinds).toEqual(['REPLY', 'POSTBACK']);
  });

  it('for a day after the contact wrote, where the platform has such a window', () => {
    const hours = (platform: (typeof adapter.platforms)[number]) => adapter.capabilitiesOf(platform).serviceWindowHours;
    expect(adapter.platforms.map(hours)).toEqual([24, 24, 24, 'permanent', 'permanent']);
  });

  const text: Extract<MessageContent, { kind: 'text' }> = { kind: 'text', text: 'Hi', actions: [], attachments: [] };
  const reply = { kind: 'REPLY', text: 'Yes' } as const;
  const link = { kind: 'LINK', text: 'Shop', url: 'https://a.example/' } as const;
  const picture = { url: 'https://a.example/1.jpg' };

  it.each<readonly [string, MessageContent, string]>([
    ['a subject', { ...text, subject: 'News' }, 'CONTENT_UNSUPPORTED subject'],
    ['a link beside another button', { ...text, actions: [link, reply] }, 'CONTENT_UNSUPPORTED actions'],
    ['two links', { ...text, actions: [link, link] }, 'CONTENT_UNSUPPORTED actions'],
    [
      'a file of which nobody knows what it is',
      { kind: 'file', text: '', files: [{ url: 'https://a.example/constructor' }], actions: [] },
      'CONTENT_UNSUPPORTED files',
    ],
    [
      'buttons below a picture without words',
      { kind: 'image', text: '', images: [picture], actions: [reply] },
      'CONTENT_INVALID text',
    ],
    [
      'sections without titles',
      { kind: 'list', text: 'Pick', sections: [{ actions: [reply] }, { title: 'B', actions: [reply] }] },
      'CONTENT_INVALID sections',
    ],
    [
      'where somebody works',
      { kind: 'contacts', text: '', contacts: [{ name: 'Bo', phoneNumbers: [], emails: [], organization: 'Bo' }] },
      'CONTENT_UNSUPPORTED contacts',
    ],
    [
      'a picture for a template',
      { kind: 'template', text: '', name: 't', parameters: [{ key: '1', part: 'HEADER', media: picture }] },
      'CONTENT_UNSUPPORTED parameters',
    ],
    [
      'two values for one variable of a template',
      {
        ...{ kind: 'template', text: '', name: 't' },
        parameters: (['HEADER', 'BODY'] as const).map((part) => ({ key: '1', part, value: part })),
      },
      'CONTENT_INVALID parameters',
    ],
    [
      'a button for a template',
      { kind: 'template', text: '', name: 't', parameters: [{ key: '0', part: 'BUTTON', value: 'x' }] },
      'CONTENT_UNSUPPORTED parameters',
    ],
  ])('not %s', (_name, content, refusal) => {
    const refused = adapter.refuse?.(content, 'WHATSAPP', settingsOf()) ?? [];
    expect(refused.map(({ code, field }) => `${code} ${field.join('.')}`)).toEqual([refusal]);
  });

  it('one variable in the header and the words of a template', () => {
    const parameters = (['HEADER', 'BODY'] as const).map((part) => ({ key: 'name', part, value: 'Mia' }));
    const content: MessageContent = { kind: 'template', text: '', name: 't', parameters };
    expect(adapter.refuse?.(content, 'WHATSAPP', settingsOf())).toEqual([]);
  });
});

describe('credentials of a Botmaker channel', () => {
  const part = (claims: object) => Buffer.from(JSON.stringify(claims)).toString('base64url');
  const dueAt = (accessToken: string) => adapter.refresh?.dueAt(settingsOf({ accessToken }))?.toISOString();
  const at = (iso: string) => Date.parse(iso) / 1_000;

  it('are due a month before the token ends, and of a short one at half of its life', () => {
    const exp = at('2031-06-30T00:00:00.000Z');
    expect(dueAt(`h.${part({ exp })}.s`)).toBe('2031-05-31T00:00:00.000Z');
    expect(dueAt(`h.${part({ exp, iat: at('2026-06-30T00:00:00.000Z') })}.s`)).toBe('2031-05-31T00:00:00.000Z');
    expect(dueAt(`h.${part({ exp, iat: at('2031-06-29T22:00:00.000Z') })}.s`)).toBe('2031-06-29T23:00:00.000Z');
  });

  it.each(['opaque', 'a.b.c', `h.${part({})}.s`, `h.${part({ exp: 'soon' })}.s`, `h.${part({ exp: 1e300 })}.s`])(
    'are due at nobody knows when: %s',
    (accessToken) => expect(dueAt(accessToken)).toBeUndefined(),
  );

  it('spend the refresh token, where there is one', () => {
    expect(adapter.refresh?.spends(settingsOf(REFRESHING))).toBe('refresh-1');
    expect(adapter.refresh?.spends(settingsOf())).toBeUndefined();
  });
});
