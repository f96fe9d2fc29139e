import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSimulator, type Simulator } from '../../src/simulators/simulator.js';
import { createWhautochatSimulator } from '../../src/simulators/whautochat.js';

type Refused = readonly [
  name: string,
  path: string,
  body: object,
  status: number,
  words: string,
  headers?: Readonly<Record<string, string>>,
];

const KEY = { 'x-api-key': 'key-1' };
const workspace = { id: 'ws1' };
const phone = { recepient: { phoneNumber: '31600000001' }, workspace };
const contact = { contact: { id: 'c1' }, workspace };
const media = { mediaUrl: 'https://example.net/a.jpg', mimeType: 'image/jpeg' };
const elements = [{ title: 'Pick', buttons: [] }];

describe('the simulated WhautoChat', () => {
  let simulator: Simulator;
  beforeAll(async () => {
    simulator = await startSimulator(createWhautochatSimulator({ apiKey: 'key-1', workspaceId: 'ws1' }));
  });
  afterAll(() => simulator.stop());

  const call = async (path: string, body: object, headers: Readonly<Record<string, string>> = KEY) => {
    const answer = await fetch(`${simulator.baseUrl}/v1/messages/${path}`, {
      ...{ method: 'POST', body: JSON.stringify(body) },
      headers: { 'content-type': 'application/json', ...headers },
    });
    return { status: answer.status, json: (await answer.json()) as { id: string; error: string } };
  };

  it.each<readonly [string, object]>([
    ['whatsapp/sendtext', { ...phone, textMessage: 'hi' }],
    ['whatsapp/sendtext', { ...contact, textMessage: 'hi', scheduleDateTime: '2026-05-01T09:00:00Z' }],
    ['whatsapp/sendmedia', { ...contact, ...media, scheduleDateTime: '2026-05-01T09:00:00Z' }],
    ['whatsapp/sendtemplate', { ...phone, template: { name: 'order_ready', language: 'nl' }, firstName: 'Mia' }],
    ['whatsapp/sendtemplate', { ...contact, template: 'order_ready' }],
    ['messenger/sendtext', { ...contact, textMessage: 'hi' }],
    ['messenger/sendmedia', { ...contact, ...media }],
    ['messenger/sendtemplate', { ...contact, elements }],
    ['instagram/sendtext', { ...contact, textMessage: 'hi' }],
    ['instagram/sendtemplate', { ...contact, elements }],
    ['telegram/sendtemplate', { ...contact, textMessage: 'Pick', buttons: [] }],
  ])('takes %s %j', async (path, body) => {
    expect(await call(path, body)).toMatchObject({ status: 200, json: { error: '', status: 'queued' } });
  });

  const REFUSED: readonly Refused[] = [
    ['no key', 'whatsapp/sendtext', { ...phone, textMessage: 'hi' }, 401, 'Unauthorized', {}],
    ['another key', 'whatsapp/sendtext', { ...phone, textMessage: 'hi' }, 403, 'Forbidden', { 'x-api-key': 'key-2' }],
    ['a contact and a number', 'whatsapp/sendtext', { ...phone, ...contact, textMessage: 'hi' }, 400, 'recepient'],
    [
      'both for a template',
      'whatsapp/sendtemplate',
      { ...phone, ...contact, template: 'order_ready' },
      400,
      'recepient',
    ],
    [
      'a number spelled right',
      'whatsapp/sendtext',
      { recipient: phone.recepient, workspace, textMessage: 'hi' },
      400,
      '',
    ],
    ['a number beyond WhatsApp', 'messenger/sendtext', { ...phone, textMessage: 'hi' }, 400, 'contact'],
    ['no text', 'whatsapp/sendtext', phone, 400, 'textMessage'],
    ['a text too long', 'messenger/sendtext', { ...contact, textMessage: 'x'.repeat(2_001) }, 400, 'textMessage'],
    ['a caption', 'whatsapp/sendmedia', { ...contact, ...media, caption: 'Look' }, 400, 'caption'],
    ['pictures on Instagram', 'instagram/sendmedia', { ...contact, ...media }, 404, 'Not found'],
    ['plain text on Telegram', 'telegram/sendtext', { ...contact, textMessage: 'hi' }, 404, 'Not found'],
    [
      'another workspace',
      'whatsapp/sendtext',
      { ...phone, workspace: { id: 'ws2' }, textMessage: 'hi' },
      404,
      'Workspace',
    ],
    ['nobody', 'whatsapp/sendtext', { contact: { id: 'c-404' }, workspace, textMessage: 'hi' }, 404, 'Contact'],
    ['an unknown template', 'whatsapp/sendtemplate', { ...phone, template: 'nope' }, 200, 'Template not found'],
  ];
  it.each(
    REFUSED.map(([name, path, body, status, words, headers = KEY]) => ({ name, path, body, status, words, headers })),
  )('refuses $name', async ({ path, body, status, words, headers }) => {
    const answer = await call(path, body, headers);
    expect(answer).toMatchObject({ status, json: { id: '' } });
    expect(answer.json.error).toContain(words);
  });

  it('is told where a hook posts by whoever has no account', async () => {
    const told = (json: object) =>
      fetch(`${simulator.baseUrl}/hook`, {
        ...{ method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(json) },
      });
    expect((await told({ url: 'no URL', secret: 's' })).status).toBe(400);
    expect((await told({ url: 'http://127.0.0.1:1/webhooks/whautochat/x', secret: 's' })).status).toBe(200);
  });

  it('takes so many calls a minute, and no more', async () => {
    const strict = createWhautochatSimulator({ apiKey: 'key-1', workspaceId: 'ws1', callsPerMinuteMax: 2 });
    const small = await startSimulator(strict);
    const statuses: number[] = [];
    for (let index = 0; index < 3; index += 1) {
      const answer = await fetch(`${small.baseUrl}/v1/messages/messenger/sendtext`, {
        ...{ method: 'POST', body: JSON.stringify({ ...contact, textMessage: 'hi' }) },
        headers: { 'content-type': 'application/json', ...KEY },
      });
      statuses.push(answer.status);
    }
    await small.stop();
    expect(statuses).toEqual([200, 200, 429]);
  });
});
