import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { MessageContent } from '../../../src/events/message/content.js';
import { createTelegramAdapter } from '../../../src/providers/telegram/adapter.js';
import type { TelegramSettings } from '../../../src/providers/telegram/settings.js';
import { providerContract } from '../../contracts/provider.contract.js';
import { INCOMING } from './incoming.js';
import { OUTGOING } from './outgoing.js';

const adapter = createTelegramAdapter();
const BOT_TOKEN = '123456789:AAtest';

function settingsOf(input: Readonly<Record<string, unknown>> = {}): TelegramSettings {
  const decision = adapter.parseSettings({ botToken: BOT_TOKEN, secretToken: randomUUID(), ...input });
  if (!decision.ok) throw new Error(JSON.stringify(decision.refusals));
  return decision.value;
}

const webhook = (json: unknown, { secretToken }: TelegramSettings) => ({
  headers: { 'x-telegram-bot-api-secret-token': secretToken },
  url: 'https://parley.example/webhooks/telegram/chan_x',
  body: Buffer.from(JSON.stringify(json)),
});

const errorOf = (code: number, description: string, parameters?: object) => ({
  status: code,
  body: JSON.stringify({ ok: false, error_code: code, description, ...(parameters && { parameters }) }),
});
const SENT = { ok: true, result: { message_id: 412, chat: { id: 77, type: 'private' }, date: 1_760_000_000 } };

providerContract('telegram', {
  adapter,
  settings: (apiBaseUrl) => settingsOf({ apiBaseUrl }),
  address: ' 77',
  content: { kind: 'text', text: 'Hello', actions: [], attachments: [] },
  answers: {
    accepted: { answer: { status: 200, body: JSON.stringify(SENT) }, providerMessageIds: ['77:412'] },
    // What is asked for is there already: nothing has failed.
    acceptedToo: [
      {
        answer: errorOf(400, 'Bad Request: message is not modified: specified new message content is exactly the same'),
        providerMessageIds: [],
      },
    ],
    rejected: [
      { answer: errorOf(400, 'Bad Request: chat not found'), code: 'RECIPIENT_NOT_ON_PLATFORM' },
      { answer: errorOf(400, 'Bad Request: message text is empty'), code: 'CONTENT_REJECTED' },
      { answer: errorOf(400, "Bad Request: can't parse entities"), code: 'CONTENT_REJECTED' },
      { answer: errorOf(400, 'Bad Request: BUTTON_DATA_INVALID'), code: 'CONTENT_REJECTED' },
      { answer: errorOf(400, 'Bad Request: reply markup is too long'), code: 'CONTENT_REJECTED' },
      { answer: errorOf(400, 'Bad Request: message to be replied not found'), code: 'CONTENT_REJECTED' },
      { answer: errorOf(400, 'Bad Request: query is too old and response timeout expired'), code: 'CONTENT_REJECTED' },
      { answer: errorOf(400, 'Bad Request: Wrong HTTP URL specified'), code: 'MEDIA_FAILED' },
      { answer: errorOf(400, 'Bad Request: wrong file identifier/HTTP URL specified'), code: 'MEDIA_FAILED' },
      { answer: errorOf(400, 'Bad Request: failed to get HTTP URL content'), code: 'MEDIA_FAILED' },
      { answer: errorOf(400, 'Bad Request: wrong type of the web page content'), code: 'MEDIA_FAILED' },
      {
        answer: errorOf(400, 'Bad Request: group chat was upgraded to a supergroup chat', { migrate_to_chat_id: -100 }),
        code: 'RECIPIENT_INVALID',
      },
      { answer: errorOf(401, 'Unauthorized'), code: 'CREDENTIALS_INVALID' },
      { answer: errorOf(403, 'Forbidden: bot was blocked by the user'), code: 'RECIPIENT_BLOCKED' },
      { answer: errorOf(403, 'Forbidden: user is deactivated'), code: 'RECIPIENT_UNREACHABLE' },
      { answer: errorOf(403, "Forbidden: bot can't initiate conversation with a user"), code: 'RECIPIENT_OPTED_OUT' },
      { answer: errorOf(403, 'Forbidden: bot is not a member of the channel chat'), code: 'RECIPIENT_UNREACHABLE' },
      { answer: errorOf(403, 'Forbidden: bot was kicked from the group chat'), code: 'RECIPIENT_BLOCKED' },
      { answer: errorOf(404, 'Not Found'), code: 'CREDENTIALS_INVALID' },
      { answer: errorOf(409, 'Conflict: terminated by other getUpdates request'), code: 'UNKNOWN' },
      { answer: errorOf(413, 'Request Entity Too Large'), code: 'MEDIA_FAILED' },
      { answer: { status: 400, body: 'Bad Request' }, code: 'CONTENT_REJECTED' },
    ],
    throttled: [
      { answer: errorOf(429, 'Too Many Requests: retry after 7', { retry_after: 7 }), retryAfterMs: 7_000 },
      { answer: { status: 429, headers: { 'retry-after': '3' }, body: 'Slow down' }, retryAfterMs: 3_000 },
      { answer: { status: 429 } },
    ],
    unavailable: [],
    unclear: [
      { status: 200, body: '{"ok":true}' },
      { status: 200, body: '{"ok":false,"error_code":400,"description":"?"}' },
      errorOf(502, 'Bad Gateway'),
      errorOf(504, 'Gateway Timeout'),
    ],
  },
  receipt: (settings) => webhook(INCOMING[0]?.body, settings),
  echoes: false,
  proof: 'secret',
  outgoing: OUTGOING,
  incoming: INCOMING,
  media: {
    mediaId: 'AgACAgQ',
    located: { status: 200, body: '{"ok":true,"result":{"file_id":"AgACAgQ","file_path":"photos/file 1.jpg"}}' },
    place: `/file/bot${BOT_TOKEN}/photos/file%201.jpg`,
    refusals: [
      { answer: errorOf(400, 'Bad Request: file is too big'), kind: 'too_large' },
      { answer: errorOf(400, 'Bad Request: wrong file_id or the file is temporarily unavailable'), kind: 'gone' },
      { answer: errorOf(401, 'Unauthorized'), kind: 'refused' },
      { answer: errorOf(404, 'Not Found'), kind: 'refused' },
      { answer: errorOf(429, 'Too Many Requests: retry after 7', { retry_after: 7 }), kind: 'throttled' },
      { answer: errorOf(502, 'Bad Gateway'), kind: 'unavailable' },
      ...['/var/lib/bot/photos/1.jpg', 'a/../../sendMessage', '..', './x', ''].map((path) => ({
        answer: { status: 200, body: JSON.stringify({ ok: true, result: { file_path: path } }) },
        kind: 'unknown' as const,
      })),
    ],
  },
  account: {
    confirmed: { status: 200, body: '{"ok":true,"result":{"id":9,"is_bot":true,"username":"shop_bot"}}' },
    refused: errorOf(401, 'Unauthorized'),
  },
});

describe('settings of a Telegram channel', () => {
  it.each([
    ['no token', { botToken: undefined }, ['botToken']],
    ['a token that would leave its path', { botToken: '12/../34' }, ['botToken']],
    ['a secret that setWebhook refuses', { secretToken: 'with space' }, ['secretToken']],
    ['a URL that is none', { apiBaseUrl: 'telegram' }, ['apiBaseUrl']],
    ['what nobody knows', { parseMode: 'HTML' }, ['parseMode']],
  ])('refuse %s', (_name, input, field) => {
    const given = { botToken: BOT_TOKEN, secretToken: 'secret', ...input };
    expect(adapter.parseSettings(given)).toMatchObject({ ok: false, refusals: [{ field }] });
  });

  it('keep what a change does not name, and lose what it takes away', () => {
    const before = settingsOf({ apiBaseUrl: 'https://bot.example' });
    const changed = adapter.parseSettings({ botToken: '1:new', apiBaseUrl: null }, before);
    expect(changed).toEqual({ ok: true, value: { botToken: '1:new', secretToken: before.secretToken } });
  });
});

describe('what Telegram cannot carry', () => {
  const settings = settingsOf();
  const refused = (content: MessageContent) =>
    (adapter.refuse?.(content, 'TELEGRAM', settings) ?? []).map(({ code, field }) => `${code} ${field.join('.')}`);
  const text: Extract<MessageContent, { kind: 'text' }> = { kind: 'text', text: 'Hi', actions: [], attachments: [] };
  const reply = (label: string) => ({ kind: 'REPLY', text: label }) as const;

  it.each<readonly [string, MessageContent, string]>([
    ['a subject', { ...text, subject: 'News' }, 'CONTENT_UNSUPPORTED subject'],
    [
      'title and text that are too long together',
      { ...text, title: 'T', text: 'x'.repeat(4_096) },
      'CONTENT_INVALID text',
    ],
    ['a label that can not come back', { ...text, actions: [reply('é'.repeat(33))] }, 'CONTENT_INVALID actions'],
    [
      'buttons below pictures without words',
      {
        kind: 'image',
        text: '',
        images: [{ url: 'https://a.example/1' }, { url: 'https://a.example/2' }],
        actions: [reply('A')],
      },
      'CONTENT_INVALID text',
    ],
    [
      'a contact without a number',
      { kind: 'contacts', text: 'Mia', contacts: [{ name: 'Mia', phoneNumbers: [], emails: [] }] },
      'CONTENT_INVALID contacts',
    ],
    ['a card without words', { kind: 'carousel', text: '', cards: [{ actions: [] }] }, 'CONTENT_INVALID cards'],
  ])('%s', (_name, content, refusal) => {
    expect(refused(content)).toEqual([refusal]);
  });
});

describe('a tap on a button', () => {
  it('is acknowledged by the answer to its webhook, and nothing else is', () => {
    const settings = settingsOf();
    const answerTo = (json: unknown) => adapter.answerTo?.(webhook(json, settings), settings);
    expect(answerTo({ update_id: 1, callback_query: { id: '44', from: { id: 77 } } })).toEqual({
      ...{ method: 'answerCallbackQuery', callback_query_id: '44' },
    });
    expect(answerTo(INCOMING[0]?.body)).toBeUndefined();
    expect(answerTo('no update')).toBeUndefined();
  });
});
