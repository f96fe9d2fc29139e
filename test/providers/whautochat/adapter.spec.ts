import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { MessageContent } from '../../../src/events/message/content.js';
import type { ChannelPlatform } from '../../../src/events/channel/events.js';
import { createWhautochatAdapter } from '../../../src/providers/whautochat/adapter.js';
import { callOf } from '../../../src/providers/whautochat/request.js';
import type { WhautochatSettings } from '../../../src/providers/whautochat/settings.js';
import { providerContract } from '../../contracts/provider.contract.js';
import { INCOMING } from './incoming.js';
import { OUTGOING } from './outgoing.js';

const adapter = createWhautochatAdapter();
const GIVEN = { workspaceId: 'ws1', apiKey: 'key-1' };

function settingsOf(input: Readonly<Record<string, unknown>> = {}): WhautochatSettings {
  const decision = adapter.parseSettings({ ...GIVEN, ...input });
  if (!decision.ok) throw new Error(JSON.stringify(decision.refusals));
  return decision.value;
}

const webhook = (json: unknown, secret: string) => ({
  headers: { 'x-webhook-secret': secret },
  url: 'https://parley.example/webhooks/whautochat/chan_x',
  body: Buffer.from(JSON.stringify(json)),
});
const answer = (json: object, status = 200) => ({ status, body: JSON.stringify(json) });
const text: Extract<MessageContent, { kind: 'text' }> = { kind: 'text', text: 'Hello', actions: [], attachments: [] };

providerContract('whautochat', {
  adapter,
  settings: (apiBaseUrl) =>
    settingsOf({
      ...{ apiBaseUrl, webhookSecret: randomUUID() },
      templateParameters: { '1': 'firstName', 'HEADER.1': 'headerImage' },
    }),
  address: '31600000001',
  content: text,
  answers: {
    accepted: { answer: answer({ id: 'm1', status: 'queued', error: '' }), providerMessageIds: ['m1'] },
    rejected: [
      { answer: answer({ id: '', status: 'failed', error: 'Template not found' }), code: 'UNKNOWN' },
      { answer: answer({ id: 'm1', status: 'sent', error: 'Contact is blocked' }), code: 'UNKNOWN' },
      { answer: answer({ id: 'm1', status: 'FAILED', error: null }), code: 'UNKNOWN' },
      { answer: answer({ error: 'textMessage is required' }, 400), code: 'CONTENT_REJECTED' },
      { answer: answer({ error: 'Unauthorized' }, 401), code: 'CREDENTIALS_INVALID' },
      { answer: { status: 403, body: 'Forbidden' }, code: 'CREDENTIALS_INVALID' },
      { answer: answer({ error: 'No such contact' }, 404), code: 'RECIPIENT_INVALID' },
      { answer: answer({ message: 'Wrong' }, 422), code: 'CONTENT_REJECTED' },
    ],
    throttled: [
      { answer: { status: 429 }, retryAfterMs: 60_000 },
      { answer: { status: 429, headers: { 'retry-after': '3' } }, retryAfterMs: 3_000 },
    ],
    unavailable: [],
    unclear: [
      answer({ status: 'queued', error: '' }),
      answer({ id: 'm1', error: 'Bad gateway' }, 502),
      answer({ error: 'Timeout' }, 504),
      { status: 200, body: '[]' },
    ],
  },
  receipt: (settings) => webhook(INCOMING[0]?.body, settings.webhookSecret ?? ''),
  echoes: false,
  proof: 'secret',
  outgoing: OUTGOING,
  incoming: INCOMING,
});

describe('whom a WhautoChat message goes to', () => {
  const settings = settingsOf();
  const bodyFor = (platform: ChannelPlatform, given: string) => {
    const address = adapter.normalizeAddress(platform, given) ?? '';
    return callOf({ platform, address, content: text, part: 0, settings }).body;
  };

  it.each<readonly [ChannelPlatform, string, object]>([
    ['WHATSAPP', '+31 (6) 0000-0001', { recepient: { phoneNumber: '31600000001' } }],
    ['WHATSAPP', '31600000001', { recepient: { phoneNumber: '31600000001' } }],
    ['WHATSAPP', 'c1', { contact: { id: 'c1' } }],
    ['WHATSAPP', 'contact:c1', { contact: { id: 'c1' } }],
    ['WHATSAPP', 'contact:31600000001', { contact: { id: '31600000001' } }],
    ['MESSENGER', '31600000001', { contact: { id: '31600000001' } }],
    ['TELEGRAM', 'contact:c1', { contact: { id: 'c1' } }],
  ])('%s %s: a contact or a number, and never both', (platform, given, who) => {
    const body = bodyFor(platform, given);
    expect(body).toMatchObject(who);
    expect(Object.keys(body).filter((field) => field === 'contact' || field === 'recepient')).toHaveLength(1);
  });

  it('one contact has one address, however it is written', () => {
    for (const given of ['c1', ' contact:c1']) expect(adapter.normalizeAddress('WHATSAPP', given)).toBe('c1');
    for (const given of ['+31600000001', '31 600 000 001'])
      expect(adapter.normalizeAddress('WHATSAPP', given)).toBe('+31600000001');
    for (const none of ['', 'contact:', 'two words', 'é'])
      expect(adapter.normalizeAddress('INSTAGRAM', none)).toBeUndefined();
  });
});

describe('settings of a WhautoChat channel', () => {
  it.each([
    ['no key', { apiKey: undefined }, ['apiKey']],
    ['another format of templates', { templateFormat: 'xml' }, ['templateFormat']],
    [
      'a parameter in the place of the contact',
      { templateParameters: { '1': 'contact' } },
      ['templateParameters', '1'],
    ],
    ['a URL that is none', { apiBaseUrl: 'whauto' }, ['apiBaseUrl']],
    ['what nobody knows', { channelId: '1' }, ['channelId']],
  ])('refuse %s', (_name, input, field) => {
    expect(adapter.parseSettings({ ...GIVEN, ...input })).toMatchObject({ ok: false, refusals: [{ field }] });
  });

  it('name templates by their name alone where they say so', () => {
    const settings = settingsOf({ templateFormat: 'string' });
    const content: MessageContent = { kind: 'template', text: '', name: 'order_ready', parameters: [] };
    expect(adapter.refuse?.(content, 'WHATSAPP', settings)).toEqual([]);
    expect(callOf({ platform: 'WHATSAPP', address: 'c1', content, part: 0, settings }).body).toEqual({
      ...{ contact: { id: 'c1' }, workspace: { id: 'ws1' }, template: 'order_ready' },
    });
  });

  it('without a webhook secret nothing is authentic, and no window is judged by what never comes in', () => {
    const settings = settingsOf();
    for (const secret of ['', 'undefined', 'key-1'])
      expect(adapter.verify(webhook(INCOMING[0]?.body, secret), settings, new Date())).toBe('forged');
    expect(adapter.capabilitiesOf('WHATSAPP', settings)).toMatchObject({
      ...{ serviceWindowHours: 'permanent', receipts: [], acceptedMeansSent: true },
    });
    expect(adapter.capabilitiesOf('WHATSAPP', settingsOf({ webhookSecret: 's' })).serviceWindowHours).toBe(24);
  });
});

describe('what WhautoChat cannot carry', () => {
  const refused = (content: MessageContent, platform: ChannelPlatform) =>
    (adapter.refuse?.(content, platform, settingsOf({ templateParameters: { '1': 'firstName' } })) ?? []).map(
      ({ code, field }) => `${code} ${field.join('.')}`,
    );
  const tap = { kind: 'REPLY', text: 'A' } as const;
  const card = { title: 'One', actions: [] };
  const picture = { url: 'https://a.example/1' };

  it.each<readonly [string, ChannelPlatform, MessageContent, string]>([
    ['a subject', 'WHATSAPP', { ...text, subject: 'News' }, 'CONTENT_UNSUPPORTED subject'],
    [
      'title and text that are too long together',
      'MESSENGER',
      { ...text, title: 'T', text: 'x'.repeat(2_000) },
      'CONTENT_INVALID text',
    ],
    [
      'bytes that are too many together',
      'INSTAGRAM',
      { ...text, title: 'T', text: 'é'.repeat(499) },
      'CONTENT_INVALID text',
    ],
    [
      'buttons below a picture without words',
      'MESSENGER',
      { kind: 'image', text: '', images: [picture], actions: [tap] },
      'CONTENT_INVALID text',
    ],
    [
      'a title and words that are too long for an element',
      'MESSENGER',
      { ...text, title: 'T', text: 'x'.repeat(79), actions: [tap] },
      'CONTENT_INVALID text',
    ],
    [
      'a card with a picture',
      'MESSENGER',
      { kind: 'carousel', text: '', cards: [{ ...card, media: picture }] },
      'CONTENT_UNSUPPORTED cards',
    ],
    [
      'a card with four buttons',
      'INSTAGRAM',
      { kind: 'carousel', text: '', cards: [{ ...card, actions: [tap, tap, tap, tap] }] },
      'CONTENT_INVALID cards',
    ],
    [
      'a template without a language',
      'WHATSAPP',
      { kind: 'template', text: '', name: 't', parameters: [] },
      'CONTENT_INVALID locale',
    ],
    [
      'a parameter that no setting places',
      'WHATSAPP',
      {
        ...{ kind: 'template', text: '', name: 't', locale: 'nl' },
        parameters: [{ key: '2', part: 'BODY', value: 'x' }],
      },
      'CONTENT_UNSUPPORTED parameters',
    ],
    [
      'two values for one field',
      'WHATSAPP',
      {
        ...{ kind: 'template', text: '', name: 't', locale: 'nl' },
        parameters: ['Mia', 'Bo'].map((value) => ({ key: '1', part: 'BODY' as const, value })),
      },
      'CONTENT_INVALID parameters',
    ],
  ])('%s', (_name, platform, content, refusal) => {
    expect(refused(content, platform)).toEqual([refusal]);
  });

  it('has no pictures on Instagram and Telegram, and no templates beyond WhatsApp', () => {
    for (const platform of ['INSTAGRAM', 'TELEGRAM'] as const) {
      const { content } = adapter.capabilitiesOf(platform);
      expect([content.image, content.file, content.template]).toEqual([undefined, undefined, undefined]);
    }
    expect(adapter.capabilitiesOf('WHATSAPP').content.template).toBeDefined();
  });
});
