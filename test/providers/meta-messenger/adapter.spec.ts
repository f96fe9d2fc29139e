import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { channelIds } from '../../../src/events/kernel/ids.js';
import type { MessageContent } from '../../../src/events/message/content.js';
import { createMessengerAdapter } from '../../../src/providers/meta-messenger/adapter.js';
import { callOf } from '../../../src/providers/meta-messenger/request.js';
import type { MessengerSettings } from '../../../src/providers/meta-messenger/settings.js';
import { providerContract } from '../../contracts/provider.contract.js';
import { startScriptedServer } from '../../support/scripted-server.js';
import { errorOf, refused } from '../meta/graph-errors.js';
import { signed } from '../meta/signature.js';
import { INCOMING } from './incoming.js';
import { OUTGOING } from './outgoing.js';

const adapter = createMessengerAdapter();
const CHANNEL = channelIds.fromUuid('01890a5d-ac96-774b-bcce-b302099a8058');
const GIVEN = { pageId: '1100', accessToken: 'EAAtest', verifyToken: 'verify-token' };

function settingsOf(input: Readonly<Record<string, unknown>> = {}): MessengerSettings {
  const decision = adapter.parseSettings({ ...GIVEN, appSecret: randomUUID(), ...input });
  if (!decision.ok) throw new Error(JSON.stringify(decision.refusals));
  return decision.value;
}

const echoOf = (reference: string) => ({
  ...{ sender: { id: '1100' }, recipient: { id: '24001' }, timestamp: 1_760_000_000_000 },
  message: { ...{ mid: 'm_out', is_echo: true, app_id: 1, text: 'Hello' }, metadata: reference },
});

providerContract('meta-messenger', {
  adapter,
  settings: (apiBaseUrl) => settingsOf({ apiBaseUrl }),
  address: ' 24001',
  content: { kind: 'text', text: 'Hello', actions: [], attachments: [] },
  answers: {
    accepted: {
      answer: { status: 200, body: '{"recipient_id":"24001","message_id":"m_AG5Hz2U"}' },
      providerMessageIds: ['m_AG5Hz2U'],
    },
    rejected: [
      ...refused('SERVICE_WINDOW_CLOSED', errorOf(10, 2_018_065), errorOf(10, 2_018_278)),
      ...refused('POLICY', errorOf(10, 1_893_063), errorOf(2, 2_018_344), errorOf(368)),
      ...refused('RECIPIENT_UNREACHABLE', errorOf(10, 2_018_108), errorOf(551, 1_545_041), errorOf(200, 1_545_041)),
      ...refused('CREDENTIALS_INVALID', errorOf(10), errorOf(200, 2_018_028), errorOf(299), errorOf(190, 463, 401)),
      ...refused('CONTENT_REJECTED', errorOf(100)),
      ...refused('RECIPIENT_NOT_ON_PLATFORM', errorOf(100, 2_018_001)),
      ...refused('MEDIA_FAILED', errorOf(100, 2_018_007), errorOf(100, 2_018_008), errorOf(100, 2_018_109)),
      ...refused('MEDIA_FAILED', errorOf(100, 2_018_294), errorOf(36_000)),
      ...refused('UNKNOWN', errorOf(199), errorOf(987_654)),
      // In rare cases an error comes as a success.
      ...refused('SERVICE_WINDOW_CLOSED', errorOf(10, 2_018_278, 200)),
      { answer: { status: 404, body: 'Not Found' }, code: 'UNKNOWN' },
    ],
    throttled: [
      ...[4, 17, 32, 613].map((code) => ({ answer: errorOf(code, undefined, 403) })),
      {
        answer: {
          ...errorOf(613),
          headers: {
            'x-business-use-case-usage': '{"1100":[{"type":"messenger","estimated_time_to_regain_access":1}]}',
          },
        },
        retryAfterMs: 60_000,
      },
      { answer: { status: 429 } },
    ],
    unavailable: [errorOf(2, undefined, 500), errorOf(1_200, undefined, 500)],
    unclear: [
      errorOf(1, undefined, 500),
      { status: 200, body: '{"recipient_id":"24001"}' },
      { status: 200, body: '{"message_id":""}' },
    ],
  },
  receipt: ({ appSecret }, reference) => ({
    ...signed({ object: 'page', entry: [{ id: '1100', time: 1, messaging: [echoOf(reference)] }] }, appSecret),
    url: 'https://parley.example/webhooks/meta-messenger/chan_x',
  }),
  echoes: true,
  isTimely: false,
  signals: {
    showTyping: { path: '/v25.0/1100/messages', body: { recipient: { id: '24001' }, sender_action: 'typing_on' } },
    markRead: { path: '/v25.0/1100/messages', body: { recipient: { id: '24001' }, sender_action: 'mark_seen' } },
  },
  outgoing: OUTGOING,
  incoming: INCOMING,
  handshake: {
    query: 'hub.mode=subscribe&hub.verify_token=verify-token&hub.challenge=1158201444',
    echo: '1158201444',
    refused: ['hub.mode=subscribe&hub.verify_token=other&hub.challenge=1', 'hub.verify_token=verify-token'],
  },
  account: {
    confirmed: { status: 200, body: '{"success":true,"id":"1100","name":"Shop"}' },
    refused: errorOf(190, undefined, 401),
  },
});

describe('settings of a Messenger channel', () => {
  it.each([
    ['no page', { pageId: undefined }, ['pageId']],
    ['a page that would leave its path', { pageId: '1/../2' }, ['pageId']],
    ['a tag that is none', { messageTags: ['human agent'] }, ['messageTags', '0']],
    ['a version that is none', { apiVersion: '25' }, ['apiVersion']],
    ['what nobody knows', { appId: '1' }, ['appId']],
  ])('refuse %s', (_name, input, field) => {
    const given = { ...GIVEN, appSecret: 's', ...input };
    expect(adapter.parseSettings(given)).toMatchObject({ ok: false, refusals: [{ field }] });
  });

  it('say what may be sent beyond the window, and by which tag', () => {
    const { windowExceptions } = adapter.capabilitiesOf('MESSENGER', settingsOf({ messageTags: ['HUMAN_AGENT'] }));
    expect(windowExceptions).toEqual([{ tag: 'HUMAN_AGENT', hours: 168, isForPeopleOnly: true }]);
    expect(adapter.capabilitiesOf('MESSENGER', settingsOf()).windowExceptions).toEqual([]);
    const text: MessageContent = { kind: 'text', text: 'Hi', actions: [], attachments: [] };
    const said = { settings: settingsOf(), address: '24001', content: text, part: 0, reference: 'r' };
    expect(callOf({ ...said, windowTag: 'HUMAN_AGENT' }).body).toMatchObject({
      ...{ messaging_type: 'MESSAGE_TAG', tag: 'HUMAN_AGENT' },
    });
  });
});

describe('a reaction', () => {
  it('is taken by whom it is told of, for it has no id', async () => {
    const server = await startScriptedServer(() => ({ status: 200, body: '{"recipient_id":"24001"}' }));
    const outcome = await adapter.send({
      ...{ settings: settingsOf({ apiBaseUrl: server.baseUrl }), channelId: CHANNEL, platform: 'MESSENGER' },
      ...{ reference: 'r', address: '24001', part: 0, call: 1, webhookUrl: '', signal: AbortSignal.timeout(5_000) },
      content: { kind: 'reaction', text: '😊', emoji: '😊', targetMessageId: 'msg_x' },
      replyToProviderMessageId: 'm_abc',
    });
    await server.close();
    expect(outcome).toEqual({ kind: 'accepted', providerMessageIds: [] });
  });
});

describe('what Messenger cannot carry', () => {
  const settings = settingsOf();
  const refusals = (content: MessageContent) =>
    (adapter.refuse?.(content, 'MESSENGER', settings) ?? []).map(({ code, field }) => `${code} ${field.join('.')}`);
  const text: Extract<MessageContent, { kind: 'text' }> = { kind: 'text', text: 'Hi', actions: [], attachments: [] };
  const reply = { kind: 'REPLY', text: 'A' } as const;
  const link = { kind: 'LINK', text: 'Open', url: 'https://a.example/' } as const;
  const image = { kind: 'image', text: '', images: [{ url: 'https://a.example/1' }] } as const;
  const template = { kind: 'template', text: '', name: 'x', locale: 'nl' } as const;

  it.each<readonly [string, MessageContent, string]>([
    ['a subject', { ...text, subject: 'News' }, 'CONTENT_UNSUPPORTED subject'],
    [
      'heading and words that are too long together',
      { ...text, title: 'T', text: 'x'.repeat(2_000) },
      'CONTENT_INVALID text',
    ],
    ['much above buttons', { ...text, text: 'x'.repeat(641), actions: [link] }, 'CONTENT_INVALID text'],
    ['a link among four', { ...text, actions: [link, reply, reply, reply] }, 'CONTENT_INVALID actions'],
    [
      'answers below a picture without words',
      { ...image, images: [...image.images], actions: [reply] },
      'CONTENT_INVALID text',
    ],
    [
      'a button below a picture without words',
      { ...image, images: [...image.images], actions: [link] },
      'CONTENT_INVALID text',
    ],
    ['a card without words', { kind: 'carousel', text: '', cards: [{ actions: [] }] }, 'CONTENT_INVALID cards'],
    [
      'a card with a long title',
      { kind: 'carousel', text: '', cards: [{ title: 'x'.repeat(81), actions: [] }] },
      'CONTENT_INVALID cards',
    ],
    [
      'a card with four buttons',
      { kind: 'carousel', text: '', cards: [{ title: 'x', actions: [reply, reply, reply, reply] }] },
      'CONTENT_INVALID cards',
    ],
    ['a template of no language', { ...template, locale: undefined, parameters: [] }, 'CONTENT_INVALID locale'],
    [
      'a blank that is filled with nothing',
      { ...template, parameters: [{ key: '1', part: 'BODY', value: '' }] },
      'CONTENT_INVALID parameters',
    ],
    [
      'a blank in a header',
      { ...template, parameters: [{ key: '1', part: 'HEADER', value: 'x' }] },
      'CONTENT_UNSUPPORTED parameters',
    ],
    [
      'a blank with a name',
      { ...template, parameters: [{ key: 'name', part: 'BODY', value: 'x' }] },
      'CONTENT_INVALID parameters',
    ],
  ])('%s', (_name, content, refusal) => expect(refusals(content)).toEqual([refusal]));
});
