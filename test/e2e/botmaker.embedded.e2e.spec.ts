import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBotmakerSimulator, type BotmakerSimulator } from '../../src/simulators/botmaker.js';
import { startSimulator, type Simulator } from '../../src/simulators/simulator.js';
import { eventually } from '../support/eventually.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { findThread, MARK_READ, sendTo } from './provider-thread.js';

const CREDENTIALS = {
  ...{ clientId: 'client', secretId: 'marker-secret-id' },
  ...{ accessToken: 'marker-access', refreshToken: 'marker-refresh' },
};
const ACCOUNT = { channelId: 'shop-whatsapp-31200000000', webhookToken: 'marker-webhook' };

interface Payload {
  readonly done: {
    readonly channel?: { readonly id: string } | null;
    readonly isConfirmed?: boolean;
    readonly account?: string | null;
    readonly userErrors: readonly { readonly code: string; readonly field: readonly string[] | null }[];
  };
}

const CREATE = `mutation ($input: CreateChannelInput!) { done: createChannel(input: $input) {
  channel { id } userErrors { code field } } }`;
const VERIFY = `mutation ($input: ChannelInput!) { done: verifyChannel(input: $input) {
  isConfirmed account userErrors { code field } } }`;

describe('a Botmaker channel, through the simulated API', () => {
  let app: TestApp;
  let botmaker: BotmakerSimulator;
  let simulator: Simulator;
  let channelId: string;
  beforeAll(async () => {
    app = await startTestApp();
    botmaker = createBotmakerSimulator({ ...ACCOUNT, credentials: CREDENTIALS, replies: true });
    simulator = await startSimulator(botmaker, { seed: 1 });
    const settings = { ...ACCOUNT, ...CREDENTIALS, apiBaseUrl: simulator.baseUrl };
    const input = { name: 'Shop', provider: 'BOTMAKER', platform: 'WHATSAPP', settings };
    const { done } = await app.client.run<Payload>(CREATE, { input });
    channelId = done.channel?.id ?? '';
    botmaker.connect(`${app.url}/webhooks/botmaker/${channelId}`);
  });
  afterAll(async () => {
    await app.stop();
    await simulator.stop();
  });

  const send = (number: string, content: object) =>
    sendTo(app.client, channelId, { phoneNumber: `+${number}` }, content);
  const template = { template: { name: 'order_ready', parameters: [{ key: 'name', part: 'BODY', value: 'Mia' }] } };
  const text = { text: { text: 'Hello' } };
  const calls = (path: string) => simulator.calls.filter((call) => call.path.endsWith(path));
  const thread = (id = '') => findThread(app.client, id);
  const untilStatus = (id: string | undefined, status: string) =>
    eventually(async () => expect((await thread(id)).status).toBe(status));

  it('is verified by a call that changes nothing', async () => {
    const { done } = await app.client.run<Payload>(VERIFY, { input: { channelId } });
    expect(done).toEqual({ isConfirmed: true, account: 'Shop', userErrors: [] });
  });

  it('shows the contact what was read', async () => {
    await simulator.post([botmaker.messageFrom('31600000003', { message: 'Anybody there?' })]);
    const { message } = await eventually(async () => {
      const sent = await send('31600000003', text);
      expect(sent.userErrors).toEqual([]);
      return sent;
    });
    await untilStatus(message?.id, 'READ');
    const { conversation } = await thread(message?.id);
    await app.client.run(MARK_READ, { input: { conversationId: conversation?.id } });
    await eventually(() => {
      const marks = calls('/send-read-typing-feedback');
      expect(marks).toMatchObject([{ status: 204, json: { contactId: '31600000003', typing: false } }]);
    });
  });

  it('asks Botmaker before it refuses: it may have heard what never came here', async () => {
    expect((await send('31600000008', text)).userErrors.map(({ code }) => code)).toEqual(['SERVICE_WINDOW_CLOSED']);
    // Written to before anybody of us was, by a webhook that is lost.
    botmaker.messageFrom('31600000009', { message: 'Anybody there?' });
    const { message, userErrors } = await send('31600000009', text);
    expect(userErrors).toEqual([]);
    await untilStatus(message?.id, 'READ');
    const asked = calls(`/chats/${ACCOUNT.channelId}:31600000009`);
    expect(asked.map(({ method, status }) => [method, status])).toEqual([['GET', 200]]);
  });

  it('says why it failed, at once or later; templates go at any time', async () => {
    const [bad, unknown, unreached, taken] = await Promise.all(
      ['31600000400', '31600000404', '31600000131', '31600000002'].map((number) => send(number, template)),
    );
    await untilStatus(taken?.message?.id, 'READ');
    for (const one of [bad, unknown]) {
      await untilStatus(one?.message?.id, 'SENDING_FAILED');
      expect((await thread(one?.message?.id)).failure?.code).toBe('RECIPIENT_INVALID');
    }
    await untilStatus(unreached?.message?.id, 'SENDING_FAILED');
    expect((await thread(unreached?.message?.id)).failure?.code).toBe('RECIPIENT_UNREACHABLE');
  });

  it('refuses before sending what Botmaker does not carry', async () => {
    const cards = { carousel: { text: 'Look', cards: [{ title: 'A', actions: [] }] } };
    expect((await send('31600000001', cards)).userErrors).toMatchObject([
      { code: 'CONTENT_UNSUPPORTED', field: ['content', 'carousel'] },
      { code: 'SERVICE_WINDOW_CLOSED' },
    ]);
  });

  it('sends each kind as the contract has it, also after a 429, once the contact wrote', async () => {
    const number = '31600000021';
    await simulator.post([botmaker.messageFrom(number, { message: 'Hi' })]);
    const media = { url: 'https://example.net/a.jpg', contentType: 'image/jpeg' };
    const bo = { name: 'Bo', phoneNumbers: ['+31600000003'] };
    const kinds: readonly (readonly [content: object, message: object])[] = [
      [{ text: { text: 'Hi' } }, { text: 'Hi' }],
      [
        { text: { text: 'Sure?', actions: [{ kind: 'POSTBACK', text: 'Yes', payload: 'welcome' }] } },
        { text: 'Sure?', buttons: [{ label: 'Yes', intent: 'welcome' }] },
      ],
      [{ image: { images: [media] } }, { media: { url: media.url, mimeType: media.contentType } }],
      [{ location: { latitude: 52.1, longitude: 4.9 } }, { location: { latitude: '52.1', longitude: '4.9' } }],
      [{ contacts: { contacts: [bo] } }, { contact: { firstName: 'Bo', emails: [], phones: bo.phoneNumbers } }],
    ];
    const ids: string[] = [];
    simulator.misbehave({ throttles: 1 });
    for (const [content] of kinds)
      ids.push(
        await eventually(async () => {
          const { message, userErrors } = await send(number, content);
          expect(userErrors).toEqual([]);
          return message?.id ?? '';
        }),
      );
    const isAnswered = (status: number) =>
      expect(simulator.calls.filter((call) => call.path.endsWith('/send-messages')).at(-1)).toMatchObject({ status });
    await eventually(() => isAnswered(429));
    simulator.misbehave({});
    for (const [index, id] of ids.entries()) {
      await untilStatus(id, 'READ');
      const webhookPayload = `${id}.1.0`;
      const taken = simulator.calls.filter(
        ({ status, json }) => status === 202 && JSON.stringify(json).includes(webhookPayload),
      );
      expect(taken.map(({ json }) => json)).toEqual([
        {
          chat: { channelId: ACCOUNT.channelId, contactId: number },
          messages: [{ ...kinds[index]?.[1], webhookPayload }],
        },
      ]);
    }
  });

  it('exchanges credentials that have ended by itself, once, and sends what waits for them', async () => {
    botmaker.expire();
    const numbers = ['31600000011', '31600000012', '31600000013', '31600000014'];
    const sent = await Promise.all(numbers.map((number) => send(number, template)));
    for (const { message } of sent) await untilStatus(message?.id, 'READ');
    const exchanges = simulator.calls.filter(
      ({ method, path }) => method === 'POST' && path.endsWith('/auth/credentials'),
    );
    expect(exchanges.map(({ json, status }) => [(json as { refreshToken: string }).refreshToken, status])).toEqual([
      ['marker-refresh', 200],
    ]);
    const audited = await app.client.run<object>('{ auditEvents(first: 50) { nodes { action } } }');
    expect(JSON.stringify(audited).match(/channel\.refresh_credentials/g)).toHaveLength(1);
    const shown = await app.client.run<object>(
      '{ channels { nodes { id name webhookUrl capabilities { content { kind limits } } } } }',
    );
    expect(JSON.stringify(shown)).not.toContain('marker-');
  });
});
