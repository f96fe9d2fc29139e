import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { channelIds, messageIds } from '../../../src/events/kernel/ids.js';
import type { MessageContent } from '../../../src/events/message/content.js';
import { createCbotAdapter } from '../../../src/providers/cbot/adapter.js';
import type { CbotSettings } from '../../../src/providers/cbot/settings.js';
import type { FilePlace } from '../../../src/providers/media.js';
import { formatReference } from '../../../src/providers/reference.js';
import { providerContract, type ProviderFixture } from '../../contracts/provider.contract.js';
import { startScriptedServer, type ScriptedServer } from '../../support/scripted-server.js';
import * as incoming from './incoming.js';
import * as outgoing from './outgoing.js';

const adapter = createCbotAdapter();
const GIVEN = { baseUrl: 'https://cbot.example', apiKey: 'key-1', webhookUsername: 'parley', namespace: 'ns_1' };
/** What the contract suite sends by. */
const REFERENCE = formatReference({
  ...{ messageId: messageIds.fromUuid('01890a5d-ac96-774b-bcce-b302099a8057'), attempt: 1, part: 0 },
});

function settingsOf(input: Readonly<Record<string, unknown>> = {}): CbotSettings {
  const given = { ...GIVEN, flavour: 'CLOUD', webhookPassword: randomUUID(), ...input };
  const decision = adapter.parseSettings(given);
  if (!decision.ok) throw new Error(JSON.stringify(decision.refusals));
  return decision.value;
}

const basic = (username: string, password: string) =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
const webhook = (json: unknown, { webhookUsername, webhookPassword }: CbotSettings) => ({
  headers: { authorization: basic(webhookUsername, webhookPassword) },
  url: 'https://parley.example/webhooks/cbot/chan_x',
  body: Buffer.from(JSON.stringify(json)),
});
const answer = (json: object, status = 200) => ({ status, body: JSON.stringify(json) });
const text: MessageContent = { kind: 'text', text: 'Hello', actions: [], attachments: [] };
const meta = { api_status: 'stable', version: '2.53' };
const client = (code: number, status = 400) =>
  answer({ meta, errors: [{ code, title: 'Title', details: `of ${code}` }] }, status);
const graph = (code: number, status = 400) =>
  answer({ error: { message: `(#${code})`, code, error_data: { details: `of ${code}` } } }, status);
const gateway = (status: number, said: string, names: 'snake' | 'camel' = 'snake') =>
  answer(
    {
      meta:
        names === 'snake'
          ? { success: false, http_code: status, developer_message: said }
          : { success: false, httpCode: status, developerMessage: said },
    },
    status,
  );

const REFUSED: readonly (readonly [string, readonly number[]])[] = [
  ['CONTENT_REJECTED', [400, 501, 1_001, 1_008, 1_009, 1_010]],
  ['BILLING', [402]],
  ['EXPIRED', [408, 410]],
  ['POLICY', [430, 432, 433, 472]],
  ['SERVICE_WINDOW_CLOSED', [470]],
  ['RECIPIENT_UNREACHABLE', [480, 1_026]],
  ['RECIPIENT_INVALID', [1_002, 1_006]],
  ['RECIPIENT_NOT_ON_PLATFORM', [1_013]],
  ['CREDENTIALS_INVALID', [1_005]],
  ['TEMPLATE_INVALID', [2_000, 2_001, 2_062]],
  ['UNKNOWN', [1_004, 1_021, 1_022, 1_023, 9_999]],
];

const fixture = {
  adapter,
  address: '+31 6 0000 0001',
  content: text,
  proof: 'secret',
  account: {
    confirmed: answer({ url: 'https://parley.example/webhooks/cbot/chan_x' }),
    refused: gateway(401, 'Invalid api key'),
  },
} as const satisfies Partial<ProviderFixture<CbotSettings>>;

providerContract('cbot, on premises', {
  ...fixture,
  settings: (baseUrl) => settingsOf({ flavour: 'ON_PREMISES', baseUrl }),
  answers: {
    accepted: { answer: answer({ messages: [{ id: 'gBEGsent' }], meta }, 201), providerMessageIds: ['gBEGsent'] },
    acceptedToo: [{ answer: answer({ messages: [{ id: 'gBEGsent' }], meta }), providerMessageIds: ['gBEGsent'] }],
    rejected: [
      ...REFUSED.flatMap(([code, told]) => told.map((one) => ({ answer: client(one), code }))),
      { answer: client(1_013, 200), code: 'RECIPIENT_NOT_ON_PLATFORM' },
      { answer: gateway(401, 'Invalid api key'), code: 'CREDENTIALS_INVALID' },
      { answer: gateway(403, 'Forbidden', 'camel'), code: 'CREDENTIALS_INVALID' },
      { answer: gateway(400, 'Bad request'), code: 'CONTENT_REJECTED' },
      { answer: { status: 401, body: 'Unauthorized' }, code: 'CREDENTIALS_INVALID' },
    ],
    throttled: [
      ...[429, 471, 1_015].map((code) => ({ answer: client(code) })),
      { answer: gateway(400, 'You have exceeded the limit of 1 request every 6 seconds', 'camel') },
      { answer: { status: 429, headers: { 'retry-after': '3' } }, retryAfterMs: 3_000 },
    ],
    unavailable: [1_011, 1_016, 1_024, 1_025].map((code) => client(code, 503)),
    unclear: [
      ...[100, 500, 1_000, 1_007, 1_014, 1_018].map((code) => client(code, 500)),
      client(9_999, 500),
      gateway(502, 'Bad gateway'),
      answer({ messages: [] }, 201),
    ],
  },
  receipt: (settings) => webhook(incoming.ON_PREMISES[0]?.body, settings),
  echoes: false,
  media: { mediaId: 'f043afd0-f0ae-4b9c-ab3d', place: '/v1/media/f043afd0-f0ae-4b9c-ab3d' },
  signals: { markRead: { method: 'PUT', path: '/v1/messages/incoming-1', body: { status: 'read' } } },
  outgoing: outgoing.ON_PREMISES,
  incoming: incoming.ON_PREMISES,
});

const CLOUD_INCOMING = incoming.cloudOf(REFERENCE);

providerContract('cbot, in the cloud', {
  ...fixture,
  settings: (baseUrl) => settingsOf({ baseUrl }),
  answers: {
    accepted: {
      answer: answer({
        ...{ messaging_product: 'whatsapp', contacts: [{ input: '31600000001', wa_id: '31600000001' }] },
        messages: [{ id: 'wamid.A', message_status: 'accepted' }],
      }),
      providerMessageIds: ['wamid.A'],
    },
    rejected: [
      { answer: graph(131_047), code: 'SERVICE_WINDOW_CLOSED' },
      { answer: graph(132_001, 404), code: 'TEMPLATE_INVALID' },
      { answer: graph(190, 401), code: 'CREDENTIALS_INVALID' },
      { answer: gateway(401, 'Invalid api key'), code: 'CREDENTIALS_INVALID' },
    ],
    throttled: [
      { answer: graph(130_429) },
      { answer: gateway(400, 'You have exceeded the limit of 1 request every 1 seconds') },
    ],
    unavailable: [graph(131_016, 503)],
    unclear: [graph(131_000, 500), gateway(504, 'Gateway timeout')],
  },
  receipt: (settings, reference) => webhook(incoming.cloudOf(reference)[0]?.body, settings),
  echoes: true,
  media: {
    mediaId: '9000',
    located: answer({ url: 'https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=9000&hash=x', id: '9000' }),
    place: '/whatsapp_business/attachments/?mid=9000&hash=x',
    refusals: [
      { answer: graph(100, 404), kind: 'gone' },
      { answer: graph(190, 401), kind: 'refused' },
      { answer: gateway(401, 'Invalid api key'), kind: 'refused' },
      { answer: graph(130_429), kind: 'throttled' },
      { answer: graph(131_016, 503), kind: 'unavailable' },
      { answer: gateway(502, 'Bad gateway'), kind: 'unavailable' },
      { answer: answer({ url: 'file:///etc/passwd' }), kind: 'unknown' },
    ],
  },
  signals: {
    markRead: {
      path: '/messages',
      body: { messaging_product: 'whatsapp', status: 'read', message_id: 'incoming-1' },
    },
  },
  outgoing: outgoing.cloudOf(REFERENCE),
  incoming: CLOUD_INCOMING,
});

describe('the credentials of a CBOT channel', () => {
  let server: ScriptedServer;
  beforeAll(async () => {
    server = await startScriptedServer(() => fixture.account.confirmed);
  });
  afterAll(() => server.close());

  const channel = { channelId: channelIds.fromUuid(randomUUID()), platform: 'WHATSAPP' } as const;
  const verified = async (input: Readonly<Record<string, unknown>>) => {
    const signal = AbortSignal.timeout(10_000);
    const settings = settingsOf({ baseUrl: `${server.baseUrl}/`, ...input });
    expect(await adapter.verifyCredentials?.({ ...channel, settings, signal })).toEqual({ kind: 'confirmed' });
    return server.requests.at(-1);
  };

  it('stand in the header that 360dialog uses, unless the settings name another', async () => {
    expect((await verified({}))?.headers).toMatchObject({ 'd360-api-key': 'key-1' });
    const other = await verified({ apiKeyHeader: 'Authorization', apiKeyPrefix: 'Bearer' });
    expect(other).toMatchObject({
      method: 'GET',
      url: '/v1/configs/webhook',
      headers: { authorization: 'Bearer key-1' },
    });
    expect(other?.headers).not.toHaveProperty('d360-api-key');
  });

  it('of the webhook are told as the seed shows it, and asked for as they were told', async () => {
    const settings = settingsOf({ baseUrl: server.baseUrl, webhookUsername: 'testuser', webhookPassword: 'testpass' });
    await adapter.registerWebhook?.({
      ...{ ...channel, settings, signal: AbortSignal.timeout(10_000) },
      webhookUrl: 'https://hooks.example.net/w?c=1',
    });
    const asked = server.requests.at(-1);
    expect(asked).toMatchObject({ method: 'POST', url: '/v1/configs/webhook' });
    expect(JSON.parse(asked?.body.toString() ?? '')).toEqual({
      url: 'https://hooks.example.net/w?c=1',
      headers: { Authorization: 'Basic dGVzdHVzZXI6dGVzdHBhc3M=' },
    });
    const said = webhook({}, settings);
    expect(adapter.verify(said, settings, new Date())).toBe('authentic');
    for (const authorization of [
      ...[basic('testuser', 'testpas'), basic('testuse', 'testpass'), 'Basic ', 'dGVzdHVzZXI6dGVzdHBhc3M='],
      'Bearer dGVzdHVzZXI6dGVzdHBhc3M=',
    ])
      expect(adapter.verify({ ...said, headers: { authorization } }, settings, new Date())).toBe('forged');
  });
});

describe('incoming files of a CBOT channel', () => {
  const placesOf = async (url: string) => {
    const server = await startScriptedServer(() => answer({ url }));
    const opened: FilePlace[] = [];
    await adapter.fetchMedia?.({
      ...{ channelId: channelIds.fromUuid(randomUUID()), platform: 'WHATSAPP', mediaId: '9000' },
      ...{ settings: settingsOf({ baseUrl: `${server.baseUrl}/api/` }), signal: AbortSignal.timeout(10_000) },
      open(place) {
        opened.push(place);
        return Promise.resolve({ kind: 'gone' });
      },
    });
    await server.close();
    return opened.map((place) => ({ ...place, url: place.url.replace(server.baseUrl, 'BASE') }));
  };

  it('that lie with Meta are asked of CBOT, whose key it is; others where they lie', async () => {
    const credentials = { 'd360-api-key': 'key-1' };
    expect(await placesOf('https://lookaside.fbsbx.com/a/?mid=1')).toMatchObject([
      { url: 'BASE/api/a/?mid=1', credentials },
    ]);
    for (const url of ['https://cdn.cbot.example/a?mid=1', 'https://fbsbx.com.example/a'])
      expect(await placesOf(url)).toMatchObject([{ url, credentials }]);
  });
});

describe('settings of a CBOT channel', () => {
  it.each([
    ['no flavour', { flavour: undefined }, ['flavour']],
    ['a third flavour', { flavour: 'VANILLA' }, ['flavour']],
    ['no base URL', { baseUrl: undefined }, ['baseUrl']],
    ['no password for the webhook', { webhookPassword: undefined }, ['webhookPassword']],
    ['a user with a colon', { webhookUsername: 'a:b' }, ['webhookUsername']],
    ['a header that frames the call', { apiKeyHeader: 'Content-Length' }, ['apiKeyHeader']],
    ['a header that is none', { apiKeyHeader: 'x:y' }, ['apiKeyHeader']],
    ['what nobody knows', { appSecret: 's' }, ['appSecret']],
  ])('refuse %s', (_name, input, field) => {
    const given = { ...GIVEN, flavour: 'CLOUD', webhookPassword: 'secret', ...input };
    expect(adapter.parseSettings(given)).toMatchObject({ ok: false, refusals: [{ field }] });
  });
});

describe('what each flavour of CBOT carries', () => {
  const contentOf = (input: Readonly<Record<string, unknown>>) =>
    adapter.capabilitiesOf('WHATSAPP', settingsOf(input)).content;

  it('on premises: no links, no carousels, and templates only with their namespace', () => {
    const { text: words, carousel, template, list } = contentOf({ flavour: 'ON_PREMISES' });
    expect([words?.actionKinds, carousel, template, list?.textCharactersMax]).toEqual([
      ['REPLY', 'POSTBACK'],
      undefined,
      {},
      1_024,
    ]);
    expect(contentOf({ flavour: 'ON_PREMISES', namespace: undefined }).template).toBeUndefined();
    expect(contentOf({ namespace: undefined }).template).toBeDefined();
  });

  it('named blanks are the Cloud API’s', () => {
    const named: MessageContent = {
      ...{ kind: 'template', text: '', name: 'order_ready', locale: 'nl' },
      parameters: [{ key: 'first_name', part: 'BODY', value: 'Mia' }],
    };
    const refused = (flavour: string) =>
      (adapter.refuse?.(named, 'WHATSAPP', settingsOf({ flavour })) ?? []).map(({ code, field }) => [code, ...field]);
    expect(refused('ON_PREMISES')).toEqual([['CONTENT_UNSUPPORTED', 'parameters']]);
    expect(refused('CLOUD')).toEqual([]);
  });

  it('a webhook of the other flavour is read as well', () => {
    for (const flavour of ['ON_PREMISES', 'CLOUD']) {
      const settings = settingsOf({ flavour });
      for (const sample of [incoming.ON_PREMISES[0], CLOUD_INCOMING[0]])
        expect(adapter.interpret(webhook(sample?.body, settings), settings)).toMatchObject(sample?.says ?? []);
    }
  });
});
