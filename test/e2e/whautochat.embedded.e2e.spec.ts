import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSimulator, type Simulator } from '../../src/simulators/simulator.js';
import { createWhautochatSimulator, type WhautochatSimulator } from '../../src/simulators/whautochat.js';
import { eventually } from '../support/eventually.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { findThread, sendTo } from './provider-thread.js';

const SETTINGS = { workspaceId: 'ws1', apiKey: 'marker-key', webhookSecret: 'marker-secret' };

interface Created {
  readonly createChannel: { readonly channel: { readonly id: string; readonly webhookUrl: string } | null };
}

const CREATE = `mutation ($input: CreateChannelInput!) { createChannel(input: $input) { channel { id webhookUrl } } }`;
const TEMPLATE = { template: { name: 'order_ready', locale: 'nl' } };
const TEXT = { text: { text: 'Hello' } };

describe('WhautoChat channels, through the simulated REST API', () => {
  let app: TestApp;
  let whautochat: WhautochatSimulator;
  let simulator: Simulator;
  let heard: { readonly id: string; readonly webhookUrl: string };
  let deaf: { readonly id: string };
  beforeAll(async () => {
    app = await startTestApp();
    whautochat = createWhautochatSimulator({ ...SETTINGS, replies: true });
    simulator = await startSimulator(whautochat, { seed: 1 });
    const { webhookSecret: _none, ...plain } = SETTINGS;
    heard = await create('WHATSAPP', SETTINGS);
    deaf = await create('TELEGRAM', plain);
    whautochat.hook(heard.webhookUrl, SETTINGS.webhookSecret);
  });
  afterAll(async () => {
    await app.stop();
    await simulator.stop();
  });

  const create = async (platform: string, settings: object) => {
    const input = {
      ...{ name: platform, provider: 'WHAUTOCHAT', platform },
      settings: { ...settings, apiBaseUrl: simulator.baseUrl },
    };
    const { createChannel } = await app.client.run<Created>(CREATE, { input });
    return createChannel.channel ?? { id: '', webhookUrl: '' };
  };
  const send = (channelId: string, address: string, content: object) =>
    sendTo(app.client, channelId, { address }, content);
  const thread = (id = '') => findThread(app.client, id);

  it('sends a template, hears what became of it and the answer, and may then write freely', async () => {
    const closed = await send(heard.id, '+31600000001', TEXT);
    expect(closed.userErrors).toMatchObject([{ code: 'SERVICE_WINDOW_CLOSED' }]);
    const { message } = await send(heard.id, '+31600000001', TEMPLATE);
    await eventually(async () =>
      expect(await thread(message?.id)).toMatchObject({ status: 'READ', providerMessageIds: [expect.any(String)] }),
    );
    expect(simulator.calls.at(-1)).toMatchObject({
      path: '/v1/messages/whatsapp/sendtemplate',
      json: {
        ...{ recepient: { phoneNumber: '31600000001' }, workspace: { id: 'ws1' } },
        template: { name: 'order_ready', language: 'nl' },
      },
    });
    const said = { type: 'message', contact: { id: 'c1', phoneNumber: '31600000001' } };
    await simulator.post(['one', 'two'].map((text) => whautochat.saying({ ...said, id: `in-${text}`, text })));
    await eventually(async () => {
      const nodes = (await thread(message?.id)).conversation?.messages.nodes ?? [];
      const incoming = nodes.filter(({ direction }) => direction === 'INCOMING').map(({ content }) => content.text);
      expect([...incoming].sort()).toEqual(['one', 'two']);
    });
    const open = await send(heard.id, '+31600000001', TEXT);
    await eventually(async () => {
      const found = await thread(open.message?.id);
      expect(found.status).toBe('READ');
      expect(found.conversation?.messages.nodes.map(({ content }) => content.text)).toContain('You said: Hello');
    });
  });

  it('without a hook accepted is SENT', async () => {
    const { message } = await send(deaf.id, 'c1', TEXT);
    await eventually(async () => expect((await thread(message?.id)).status).toBe('SENT'));
    expect(simulator.calls.at(-1)).toMatchObject({
      path: '/v1/messages/telegram/sendtemplate',
      json: { contact: { id: 'c1' }, workspace: { id: 'ws1' }, textMessage: 'Hello', buttons: [] },
    });
  });

  it('says why it failed, also where the answer is 200', async () => {
    const refused = await send(deaf.id, 'c-refuses', TEXT);
    const nobody = await send(deaf.id, 'c-404', TEXT);
    await eventually(async () => {
      expect(await thread(refused.message?.id)).toMatchObject({
        ...{ status: 'SENDING_FAILED', failure: { code: 'UNKNOWN' } },
      });
      expect(await thread(nobody.message?.id)).toMatchObject({
        ...{ status: 'SENDING_FAILED', failure: { code: 'RECIPIENT_INVALID', providerMessage: 'Contact not found' } },
      });
    });
  });

  it('takes no webhook without the secret, and shows no secret to anybody', async () => {
    const said = whautochat.saying({ type: 'status', id: 'm1', status: 'read' });
    for (const secret of [[], [['x-webhook-secret', 'wrong'] as const]]) {
      const { url, body } = said;
      const headers = Object.fromEntries([['content-type', 'application/json'], ...secret]) as Record<string, string>;
      const answer = await fetch(url, { method: 'POST', body, headers });
      expect(answer.status).toBe(401);
    }
    const shown = await app.client.run<object>(
      `{ channels { nodes { id name webhookUrl capabilities { receipts } } } }`,
    );
    expect(JSON.stringify(shown)).not.toContain('marker-');
  });
});
