import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSimulator, type Simulator } from '../../src/simulators/simulator.js';
import { createWhatsAppSimulator, type WhatsAppSimulator } from '../../src/simulators/meta-whatsapp.js';
import type { ScriptedServer } from '../support/scripted-server.js';
import { postToGraph, startHandshakingReceiver } from './graph-client.js';

const ACCOUNT = { phoneNumberId: '1100', wabaId: '900', accessToken: 'right', appSecret: 'secret' };
const text = (more: object = {}) => ({
  ...{ messaging_product: 'whatsapp', to: '31600000001', type: 'text', text: { body: 'hi' } },
  ...more,
});
const interactive = (object: object) => text({ type: 'interactive', text: undefined, interactive: object });
const body = { text: 'Pick' };
const button = (title: string) => ({ type: 'reply', reply: { id: title, title } });

describe('the simulated Cloud API refuses what the contract refuses', () => {
  let whatsApp: WhatsAppSimulator;
  let simulator: Simulator;
  let receiver: ScriptedServer;
  beforeAll(async () => {
    whatsApp = createWhatsAppSimulator(ACCOUNT);
    simulator = await startSimulator(whatsApp);
    receiver = await startHandshakingReceiver();
  });
  afterAll(async () => {
    await simulator.stop();
    await receiver.close();
  });

  const call = (json: unknown, path?: string, token?: string) => postToGraph(simulator.baseUrl, json, path, token);
  const refused = (code: number) => ({ json: { error: { code, type: 'OAuthException' } } });

  it('asks the address for its token before it posts there', async () => {
    const override = { override_callback_uri: `${receiver.baseUrl}/hook`, verify_token: 'tok' };
    expect(await call({ webhook_configuration: override }, '/v25.0/1100')).toMatchObject({ json: { success: true } });
    expect(receiver.requests.at(-1)).toMatchObject({ method: 'GET' });
    expect(receiver.requests.at(-1)?.url).toContain('hub.verify_token=tok');
    const elsewhere = { override_callback_uri: `${simulator.baseUrl}/hook`, verify_token: 'tok' };
    expect(await call(elsewhere, '/v25.0/900/subscribed_apps')).toMatchObject(refused(100));
  });

  it.each<readonly [string, number, object]>([
    ['no recipient', 131_008, text({ to: undefined })],
    ['two recipients', 131_009, text({ recipient: 'NL.1349' })],
    ['no object of its type', 131_008, text({ text: undefined })],
    ['a type that is not known', 131_051, text({ type: 'hologram' })],
    ['a field that is not known', 100, text({ colour: 'red' })],
    ['a text too long', 131_009, text({ text: { body: 'x'.repeat(4_097) } })],
    ['a reference too long', 131_009, text({ biz_opaque_callback_data: 'x'.repeat(513) })],
    [
      'four buttons',
      131_009,
      interactive({ type: 'button', body, action: { buttons: ['A', 'B', 'C', 'D'].map(button) } }),
    ],
    [
      'a button with a long label',
      131_009,
      interactive({ type: 'button', body, action: { buttons: [button('x'.repeat(21))] } }),
    ],
    [
      'sections without titles',
      131_009,
      interactive({
        ...{ type: 'list', body },
        action: { button: 'Open', sections: ['A', 'B'].map((title) => ({ rows: [{ id: title, title }] })) },
      }),
    ],
    ['one card', 131_009, interactive({ type: 'carousel', body, action: { cards: [] } })],
    ['a picture without a link', 131_009, text({ type: 'image', text: undefined, image: { caption: 'A' } })],
    [
      'words below a sticker',
      100,
      text({ type: 'sticker', text: undefined, sticker: { link: 'https://a.example/1', caption: 'A' } }),
    ],
    ['nobody who wrote', 131_047, text()],
    ['a number that meets its fate', 131_026, text({ to: '31691131026' })],
    [
      'a template that is not known',
      132_001,
      text({
        type: 'template',
        text: undefined,
        template: { name: 'x', language: { code: 'nl', policy: 'deterministic' } },
      }),
    ],
    [
      'a template that is not filled',
      132_000,
      text({
        ...{ type: 'template', text: undefined },
        template: { name: 'order_ready', language: { code: 'nl', policy: 'deterministic' } },
      }),
    ],
  ])('%s: %i', async (_name, code, json) => expect(await call(json)).toMatchObject(refused(code)));

  it('another token, another number, another path', async () => {
    expect(await call(text(), '/v25.0/1100/messages', 'wrong')).toMatchObject({ status: 401, ...refused(190) });
    expect(await call(text(), '/v25.0/1200/messages')).toMatchObject({
      json: { error: { code: 100, error_subcode: 33 } },
    });
    expect(await call(text(), '/1100/messages')).toMatchObject(refused(100));
  });

  it('gives a file where it says it lies, in parts too, to who shows the token', async () => {
    const id = whatsApp.addFile(Buffer.from('0123456789'), 'text/plain');
    const get = (url: string, headers: object = {}) =>
      fetch(url, { headers: { authorization: 'Bearer right', ...headers } });
    const told = (await (await get(`${simulator.baseUrl}/v25.0/${id}`)).json()) as { readonly url: string };
    expect(told).toMatchObject({ id, mime_type: 'text/plain', file_size: 10 });
    expect(await (await get(told.url, { range: 'bytes=2-4' })).text()).toBe('234');
    expect((await get(told.url, { authorization: 'Bearer wrong' })).status).toBe(401);
    expect((await get(`${simulator.baseUrl}/v25.0/1`)).status).toBe(400);
  });

  it('takes what is right, tells what became of it, and misbehaves when it is told to', async () => {
    await simulator.post([whatsApp.messageFrom('31600000001', { type: 'text', text: { body: 'ü' } })]);
    expect(receiver.requests.at(-1)?.body.toString()).toContain('"body":"\\u00fc"');
    expect(receiver.requests.at(-1)?.headers['x-hub-signature-256']).toMatch(/^sha256=[0-9a-f]{64}$/);
    expect(await call(text({ biz_opaque_callback_data: 'ref' }))).toMatchObject({
      ...{ status: 200, json: { contacts: [{ wa_id: '31600000001' }], messages: [{ message_status: 'accepted' }] } },
    });
    const told = JSON.parse(whatsApp.statusOf('ref', 'read').body) as object;
    expect(told).toMatchObject({
      entry: [{ changes: [{ value: { statuses: [{ status: 'read', biz_opaque_callback_data: 'ref' }] } }] }],
    });
    simulator.misbehave({ throttles: 1 });
    expect(await call(text())).toMatchObject({ status: 429, ...refused(130_429) });
    expect(await call({ messaging_product: 'whatsapp', status: 'read', message_id: 'wamid.A' })).toMatchObject({
      ...{ status: 200, json: { success: true } },
    });
    simulator.misbehave({});
  });
});
