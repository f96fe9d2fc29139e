import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBotmakerSimulator, type BotmakerSimulator } from '../../src/simulators/botmaker.js';
import { startSimulator, type Simulator } from '../../src/simulators/simulator.js';

const CREDENTIALS = { clientId: 'c', secretId: 's', accessToken: 'access', refreshToken: 'refresh' };
const CHANNEL_ID = 'shop-whatsapp-31200000000';

describe('the simulated Botmaker refuses what the contract refuses', () => {
  let botmaker: BotmakerSimulator;
  let simulator: Simulator;
  beforeAll(async () => {
    botmaker = createBotmakerSimulator({ channelId: CHANNEL_ID, webhookToken: 'w', credentials: CREDENTIALS });
    simulator = await startSimulator(botmaker);
  });
  afterAll(() => simulator.stop());

  const call = async (method: string, path: string, body?: unknown, accessToken: string | null = 'access') => {
    const answer = await fetch(`${simulator.baseUrl}${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...(accessToken !== null && { 'access-token': accessToken }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, json: text === '' ? undefined : (JSON.parse(text) as unknown) };
  };
  const chat = { channelId: CHANNEL_ID, contactId: '31600000001' };
  const SEND = '/v2.0/chats-actions/send-messages';
  const send = (message: object, to: object = chat) => call('POST', SEND, { chat: to, messages: [message] });

  it('a token of another, or none', async () => {
    expect((await call('POST', SEND, {}, 'another')).status).toBe(401);
    expect((await call('GET', '/v2.0/channels', undefined, null)).status).toBe(401);
    expect((await call('GET', '/channels')).status).toBe(404);
  });

  it.each<readonly [string, object, string]>([
    ['no content', {}, 'messages'],
    ['two contents', { text: 'hi', location: { latitude: '1', longitude: '2' } }, 'messages'],
    ['a number where a text belongs', { location: { latitude: 1, longitude: '2' } }, 'latitude'],
    [
      'a type that is not on its list',
      { media: { url: 'https://a.example/a.gif', mimeType: 'image/gif' } },
      'mimeType',
    ],
    [
      'buttons below media',
      { text: 'a', media: { url: 'https://a.example/a', mimeType: 'image/png' }, buttons: [{ label: 'A' }] },
      'buttons',
    ],
    [
      'a row that is too long',
      {
        whatsappInteractive: {
          body: 'Pick',
          action: { type: 'list', button: 'Open', sections: [{ rows: [{ id: '1', title: 'x'.repeat(25) }] }] },
        },
      },
      'title',
    ],
    [
      'sections without titles',
      {
        whatsappInteractive: {
          body: 'Pick',
          action: {
            ...{ type: 'list', button: 'Open' },
            sections: [{ rows: [{ id: '1', title: 'A' }] }, { rows: [{ id: '2', title: 'B' }] }],
          },
        },
      },
      'whatsappInteractive',
    ],
    ['what nobody knows', { text: 'hi', sticker: 'x' }, 'messages'],
  ])('%s', async (_name, message, source) => {
    const { status, json } = await send(message);
    expect(status).toBe(400);
    expect(json).toMatchObject({ errors: [{ type: 'INVALID', source: expect.stringContaining(source) as unknown }] });
  });

  it('a number with its plus, a channel of another, a contact that nobody knows, and a template', async () => {
    expect(await send({ text: 'hi' }, { ...chat, contactId: '+31600000001' })).toMatchObject({ status: 400 });
    expect(await send({ text: 'hi' }, { ...chat, channelId: 'x-whatsapp-1' })).toMatchObject({ status: 404 });
    expect(await send({ text: 'hi' }, { ...chat, contactId: '31600000404' })).toMatchObject({ status: 404 });
    const intent = await call('POST', '/v2.0/chats-actions/trigger-intent', { chat, intentIdOrName: 'pigeon' });
    expect(intent).toMatchObject({ status: 400, json: { errors: [{ source: 'intentIdOrName' }] } });
  });

  it('takes what is right, and makes a job of it', async () => {
    expect(await send({ text: 'hi', buttons: [{ label: 'Yes', intent: 'welcome' }] })).toMatchObject({
      ...{ status: 202, json: { webhookNotificationId: expect.any(String) as unknown } },
    });
    simulator.misbehave({ throttles: 1 });
    expect((await send({ text: 'hi' })).status).toBe(429);
    simulator.misbehave({});
  });

  it('exchanges credentials for a refresh token once, and three times a minute', async () => {
    const refresh = (refreshToken: string, token = 'access') =>
      call('POST', '/v2.0/auth/credentials', { clientId: 'c', secretId: 's', refreshToken }, token);
    botmaker.expire();
    expect((await call('GET', '/v2.0/channels')).status).toBe(401);
    const { status, json } = await refresh('refresh');
    expect(status).toBe(200);
    const { accessToken } = json as { readonly accessToken: string };
    expect((await call('GET', '/v2.0/channels')).status).toBe(401);
    expect((await call('GET', '/v2.0/channels', undefined, accessToken)).status).toBe(200);
    expect((await call('GET', '/v2.0/auth/credentials', undefined, accessToken)).json).toEqual(json);
    expect((await refresh('refresh', accessToken)).status).toBe(401);
    expect((await refresh('refresh', accessToken)).status).toBe(401);
    expect((await refresh('refresh', accessToken)).status).toBe(429);
  });
});
