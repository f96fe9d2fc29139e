import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSimulator, type Simulator } from '../../src/simulators/simulator.js';
import { createTelegramSimulator, type TelegramSimulator } from '../../src/simulators/telegram.js';
import { eventually } from '../support/eventually.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { findThread, sendTo } from './provider-thread.js';

const BOT_TOKEN = '123456789:simulated';
const SETTINGS = { botToken: BOT_TOKEN, secretToken: 'marker-secret' };

interface Asked {
  readonly done: {
    readonly isConfirmed: boolean;
    readonly account: string | null;
    readonly failure: { readonly code: string } | null;
    readonly userErrors: readonly { readonly code: string; readonly field: readonly string[] }[];
  };
}
interface Changed {
  readonly done: {
    readonly channel: { readonly id: string; readonly name: string; readonly isEnabled: boolean } | null;
    readonly userErrors: readonly { readonly code: string; readonly field: readonly string[] }[];
  };
}

const CREATE = `mutation ($input: CreateChannelInput!) { done: createChannel(input: $input) {
  channel { id name isEnabled } userErrors { code field } } }`;
const change = (name: string, input: string) => `mutation ($input: ${input}!) { done: ${name}(input: $input) {
  channel { id name isEnabled } userErrors { code field } } }`;
const ask = (name: string) => `mutation ($input: ChannelInput!) { done: ${name}(input: $input) {
  isConfirmed account failure { code } userErrors { code field } } }`;

describe('a Telegram channel, through the simulated Bot API', () => {
  let app: TestApp;
  let telegram: TelegramSimulator;
  let simulator: Simulator;
  let channelId: string;
  beforeAll(async () => {
    app = await startTestApp();
    telegram = createTelegramSimulator({ botToken: BOT_TOKEN, replies: true });
    simulator = await startSimulator(telegram, { seed: 1 });
    const settings = { ...SETTINGS, apiBaseUrl: simulator.baseUrl };
    const input = { name: 'Bot', provider: 'TELEGRAM', platform: 'TELEGRAM', settings };
    const { done } = await app.client.run<Changed>(CREATE, { input });
    channelId = done.channel?.id ?? '';
  });
  afterAll(async () => {
    await app.stop();
    await simulator.stop();
  });

  const send = (address: string, content: object = { text: { text: 'Hello' } }) =>
    sendTo(app.client, channelId, { address }, content);
  const thread = (id: string) => findThread(app.client, id);

  it('is verified, and its webhook registered', async () => {
    const { done: verified } = await app.client.run<Asked>(ask('verifyChannel'), { input: { channelId } });
    expect(verified).toEqual({ isConfirmed: true, account: '@simulated_bot', failure: null, userErrors: [] });
    const { done: registered } = await app.client.run<Asked>(ask('registerChannelWebhook'), { input: { channelId } });
    expect(registered).toMatchObject({ isConfirmed: true, userErrors: [] });
    const asked = simulator.calls.find(({ path }) => path.endsWith('/setWebhook'));
    expect(asked?.json).toMatchObject({ url: `${app.url}/webhooks/telegram/${channelId}` });
  });

  it('says why it failed', async () => {
    const { message } = await send('403');
    await eventually(async () => {
      expect(await thread(message?.id ?? '')).toMatchObject({
        ...{ status: 'SENDING_FAILED', failure: { code: 'RECIPIENT_BLOCKED' } },
      });
    });
  });

  it('writes to the chat that a group became, in the same thread', async () => {
    const [group, supergroup] = [-4_001, -1_004_001];
    await simulator.post([telegram.messageFrom(group, { text: 'We are many' })]);
    const { message } = await eventually(() => send(String(group), { text: { text: 'Welcome' } }));
    await eventually(async () => expect((await thread(message?.id ?? '')).status).toBe('SENT'));
    await simulator.post([telegram.messageFrom(group, { migrate_to_chat_id: supergroup })]);
    await simulator.post([telegram.messageFrom(supergroup, { text: 'We are more' })]);
    await eventually(async () => {
      const texts = (await thread(message?.id ?? '')).conversation?.messages.nodes.map(({ content }) => content.text);
      expect(texts).toContain('We are more');
    });
    const { message: late } = await send(String(group), { text: { text: 'Still there?' } });
    await eventually(async () => expect((await thread(late?.id ?? '')).status).toBe('SENT'));
    expect(simulator.calls.find(({ body }) => body.includes('Still there?'))).toMatchObject({
      ...{ status: 200, json: { chat_id: expect.stringMatching(new RegExp(`^${supergroup}$`)) as string } },
    });
    const found = await thread(late?.id ?? '');
    expect(found.conversation?.id).toBe((await thread(message?.id ?? '')).conversation?.id);
  });

  it('refuses before sending what Telegram does not carry', async () => {
    const refused = await send('77', { template: { name: 'order_ready' } });
    expect(refused.userErrors.map(({ code }) => code)).toEqual(['CONTENT_UNSUPPORTED']);
    const tooLong = await send('77', { text: { text: 'x'.repeat(4_097) } });
    expect(tooLong.userErrors.map(({ code }) => code)).toContain('CONTENT_INVALID');
  });

  it('is disabled and enabled, renamed, and given another secret; none is ever shown', async () => {
    const { done: disabled } = await app.client.run<Changed>(change('disableChannel', 'ChannelInput'), {
      input: { channelId },
    });
    expect(disabled.channel?.isEnabled).toBe(false);
    await eventually(async () => expect((await send('77')).userErrors).toMatchObject([{ code: 'CHANNEL_DISABLED' }]));
    const { done: enabled } = await app.client.run<Changed>(change('enableChannel', 'ChannelInput'), {
      input: { channelId },
    });
    expect(enabled.channel?.isEnabled).toBe(true);
    const { done: updated } = await app.client.run<Changed>(change('updateChannel', 'UpdateChannelInput'), {
      input: { channelId, name: 'Shop', settings: { botToken: '1:wrong' } },
    });
    expect(updated.channel?.name).toBe('Shop');
    await eventually(async () => {
      const { done } = await app.client.run<Asked>(ask('verifyChannel'), { input: { channelId } });
      expect(done).toMatchObject({ isConfirmed: false, failure: { code: 'CREDENTIALS_INVALID' } });
    });
    const { done: refused } = await app.client.run<Changed>(change('updateChannel', 'UpdateChannelInput'), {
      input: { channelId, settings: { secretToken: 'with space' } },
    });
    expect(refused.userErrors).toEqual([{ code: 'SETTINGS_INVALID', field: ['settings', 'secretToken'] }]);
    const { done: moved } = await app.client.run<Changed>(change('updateChannel', 'UpdateChannelInput'), {
      input: { channelId, settings: { apiBaseUrl: 'https://elsewhere.example' } },
    });
    expect(moved.userErrors).toEqual([
      { code: 'SETTINGS_INVALID', field: ['settings', 'botToken'] },
      { code: 'SETTINGS_INVALID', field: ['settings', 'secretToken'] },
    ]);
    const shown = await app.client.run<object>(
      `{ channels { nodes { id name webhookUrl capabilities { content { kind limits } } } } }`,
    );
    expect(JSON.stringify(shown)).not.toContain('marker-secret');
    expect(JSON.stringify(shown)).toContain('textCharactersMax');
    await eventually(async () => {
      const audited = await app.client.run<object>('{ auditEvents(first: 50) { nodes { action } } }');
      for (const action of ['channel.update', 'channel.enable', 'channel.disable', 'channel.register_webhook'])
        expect(JSON.stringify(audited)).toContain(action);
    });
  });
});
