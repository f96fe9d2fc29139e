import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { MessageContent } from '../../../src/events/message/content.js';
import { createInstagramAdapter } from '../../../src/providers/meta-instagram/adapter.js';
import { callerPathOf, hostOf } from '../../../src/providers/meta-instagram/place.js';
import type { InstagramSettings } from '../../../src/providers/meta-instagram/settings.js';
import { providerContract } from '../../contracts/provider.contract.js';
import { errorOf, refused } from '../meta/graph-errors.js';
import { signed } from '../meta/signature.js';
import { INCOMING } from './incoming.js';
import { OUTGOING } from './outgoing.js';

const adapter = createInstagramAdapter();
const GIVEN = { accountId: '17841400', accessToken: 'IGtest', verifyToken: 'verify-token' };

function settingsOf(input: Readonly<Record<string, unknown>> = {}): InstagramSettings {
  const decision = adapter.parseSettings({ ...GIVEN, appSecret: randomUUID(), ...input });
  if (!decision.ok) throw new Error(JSON.stringify(decision.refusals));
  return decision.value;
}

providerContract('meta-instagram', {
  adapter,
  settings: (apiBaseUrl) => settingsOf({ apiBaseUrl }),
  address: ' 24001',
  content: { kind: 'text', text: 'Hello', actions: [], attachments: [] },
  answers: {
    accepted: {
      answer: { status: 200, body: '{"recipient_id":"24001","message_id":"aWdfZAG1f"}' },
      providerMessageIds: ['aWdfZAG1f'],
    },
    rejected: [
      ...refused('SERVICE_WINDOW_CLOSED', errorOf(10, 2_534_022)),
      ...refused('RECIPIENT_NOT_ON_PLATFORM', errorOf(100, 2_534_014)),
      ...refused('CONTENT_REJECTED', errorOf(100, 2_534_015), errorOf(100)),
      ...refused('CREDENTIALS_INVALID', errorOf(200, 2_534_037), errorOf(200, 2_534_048), errorOf(10)),
      ...refused('CREDENTIALS_INVALID', errorOf(190, undefined, 401)),
      ...refused('RECIPIENT_UNREACHABLE', errorOf(551, 1_545_041)),
      ...refused('MEDIA_FAILED', errorOf(230), errorOf(36_007)),
      ...refused('SERVICE_WINDOW_CLOSED', errorOf(10, 2_534_022, 200)),
    ],
    throttled: [{ answer: errorOf(613) }, { answer: errorOf(4, undefined, 403) }, { answer: { status: 429 } }],
    unavailable: [errorOf(2, undefined, 500), errorOf(1_200, undefined, 500)],
    unclear: [errorOf(1, undefined, 500), { status: 200, body: '{"recipient_id":"24001"}' }],
  },
  receipt: ({ appSecret }) => ({
    ...signed(INCOMING[0]?.body, appSecret),
    url: 'https://parley.example/webhooks/meta-instagram/chan_x',
  }),
  echoes: false,
  isTimely: false,
  signals: {
    showTyping: { path: '/v25.0/17841400/messages', body: { recipient: { id: '24001' }, sender_action: 'typing_on' } },
    markRead: { path: '/v25.0/17841400/messages', body: { recipient: { id: '24001' }, sender_action: 'mark_seen' } },
  },
  outgoing: OUTGOING,
  incoming: INCOMING,
  handshake: {
    query: 'hub.mode=subscribe&hub.verify_token=verify-token&hub.challenge=1158201444',
    echo: '1158201444',
    refused: ['hub.mode=subscribe&hub.verify_token=other&hub.challenge=1'],
  },
  account: {
    confirmed: { status: 200, body: '{"success":true,"id":"17841400","username":"shop"}' },
    refused: errorOf(190, undefined, 401),
  },
});

describe('settings of an Instagram channel', () => {
  it.each([
    ['no account', { accountId: undefined }, ['accountId']],
    ['a login that there is not', { login: 'FACEBOOK' }, ['login']],
    ['what nobody knows', { pageId: '1' }, ['pageId']],
  ])('refuse %s', (_name, input, field) => {
    const given = { ...GIVEN, appSecret: 's', ...input };
    expect(adapter.parseSettings(given)).toMatchObject({ ok: false, refusals: [{ field }] });
  });

  it('say by the login where the account is spoken to', () => {
    const place = (login?: string) => [hostOf, callerPathOf].map((of) => of(settingsOf({ login })));
    expect(place()).toEqual(['https://graph.instagram.com', '/17841400']);
    expect(place('INSTAGRAM')).toEqual(place());
    expect(place('PAGE')).toEqual(['https://graph.facebook.com', '/me']);
  });
});

describe('what Instagram cannot carry', () => {
  const settings = settingsOf();
  const refusals = (content: MessageContent) =>
    (adapter.refuse?.(content, 'INSTAGRAM', settings) ?? []).map(({ code, field }) => `${code} ${field.join('.')}`);
  const text: Extract<MessageContent, { kind: 'text' }> = { kind: 'text', text: 'Hi', actions: [], attachments: [] };
  it.each<readonly [string, MessageContent, string]>([
    ['heading and words of too many bytes', { ...text, title: 'é', text: 'é'.repeat(499) }, 'CONTENT_INVALID text'],
    [
      'another emoji than a heart',
      { kind: 'reaction', text: '👍', emoji: '👍', targetMessageId: 'msg_x' },
      'CONTENT_UNSUPPORTED emoji',
    ],
  ])('%s', (_name, content, refusal) => expect(refusals(content)).toEqual([refusal]));
});
